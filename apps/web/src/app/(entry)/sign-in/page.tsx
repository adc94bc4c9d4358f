import { readSession } from '@sonde/domain'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { EntryFrame } from '../../../entry/entry-frame.tsx'
import { SignInForm } from '../../../entry/sign-in-form.tsx'
import { safeNext } from '../../../safe-next.ts'
import { getApp } from '../../../server/app.ts'
import { currentPerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { next } = await searchParams
  const target = safeNext(typeof next === 'string' ? next : null)
  if (await currentPerson()) redirect(target)
  const { setupNeeded } = await readSession({ kind: 'anonymous' }, getApp())
  return (
    <EntryFrame title="Sign in">
      <SignInForm next={target} setupNeeded={setupNeeded} />
    </EntryFrame>
  )
}
