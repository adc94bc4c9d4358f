import type { Metadata } from 'next'
import { CapturePage } from '../../../../capture/capture-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'Capture' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson()
  return <CapturePage id={(await params).id} />
}
