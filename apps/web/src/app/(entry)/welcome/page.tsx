import { checkInvite } from '@sonde/domain'
import { Button } from '@sonde/ui'
import type { Metadata } from 'next'
import Link from 'next/link'
import { EntryFrame } from '../../../entry/entry-frame.tsx'
import { WelcomeForm } from '../../../entry/welcome-form.tsx'
import { getApp } from '../../../server/app.ts'

export const metadata: Metadata = { title: 'Welcome', referrer: 'no-referrer' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { token } = await searchParams
  const invite = typeof token === 'string' && token.length <= 200 ? await checkInvite(getApp(), { token }) : null
  if (typeof token !== 'string' || !invite?.valid || invite.role === null) {
    return (
      <EntryFrame
        title="This link does not work any more"
        lead="It was used, it expired, or it was not copied whole. Ask an administrator for a new invitation; for the very first account, restart the server, which prints a new set-up link."
      >
        <Button asChild size="lg">
          <Link href="/sign-in">Sign in instead</Link>
        </Button>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame
      title="Welcome"
      lead={
        invite.role === 'admin'
          ? 'Create the account of an administrator. This link works once.'
          : 'Create your account. This link works once.'
      }
    >
      <WelcomeForm token={token} role={invite.role} />
    </EntryFrame>
  )
}
