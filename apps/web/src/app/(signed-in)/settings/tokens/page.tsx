import type { Metadata } from 'next'
import { requirePerson } from '../../../../server/session.ts'
import { TokensPage } from '../../../../settings/tokens-page.tsx'

export const metadata: Metadata = { title: 'Your tokens' }

export default async function Page() {
  await requirePerson()
  return <TokensPage />
}
