import type { Metadata } from 'next'
import { IncidentsPage } from '../../../incidents/incidents-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Incidents' }

export default async function Page() {
  await requirePerson()
  return <IncidentsPage />
}
