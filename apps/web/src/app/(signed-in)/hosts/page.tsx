import type { Metadata } from 'next'
import { HostsPage } from '../../../hosts/hosts-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Hosts' }

export default async function Page() {
  await requirePerson()
  return <HostsPage />
}
