import type { Metadata } from 'next'
import { RulePage } from '../../../../rules/rule-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'Rule' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson()
  return <RulePage id={(await params).id} />
}
