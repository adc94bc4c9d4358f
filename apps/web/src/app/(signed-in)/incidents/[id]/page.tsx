import type { Metadata } from 'next'
import { IncidentPage } from '../../../../incidents/incident-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'Incident' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson()
  return <IncidentPage id={(await params).id} />
}
