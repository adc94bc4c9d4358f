import type { Metadata } from 'next'
import { HostPage } from '../../../../hosts/host-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'Host' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson()
  return <HostPage id={(await params).id} />
}
