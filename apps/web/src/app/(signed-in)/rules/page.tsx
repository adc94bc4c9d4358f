import type { Metadata } from 'next'
import { RulesPage } from '../../../rules/rules-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Rules' }

export default async function Page() {
  await requirePerson()
  return <RulesPage />
}
