import type { Metadata } from 'next'
import { NewRulePage } from '../../../../rules/new-rule-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'New rule' }

export default async function Page() {
  await requirePerson()
  return <NewRulePage />
}
