import { readSession } from '@sonde/domain'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { EntryFrame } from '../../../entry/entry-frame.tsx'
import { SignInForm } from '../../../entry/sign-in-form.tsx'
import { safeNext } from '../../../safe-next.ts'
import { getApp } from '../../../server/app.ts'
import { publicMetadata } from '../../../server/public-metadata.ts'
import { currentPerson } from '../../../server/session.ts'

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** Programs that show previews follow the way here from a link: they may say what kind of capture it is, and when it was made. */
export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const { next } = await searchParams
  return { title: 'Sign in', ...(await publicMetadata(safeNext(typeof next === 'string' ? next : null))) }
}

export default async function Page({ searchParams }: Props) {
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
