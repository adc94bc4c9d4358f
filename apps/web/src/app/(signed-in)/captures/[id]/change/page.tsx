import type { Metadata } from 'next'
import { ChangeCapture } from '../../../../../new-capture/change-capture.tsx'
import { requirePerson } from '../../../../../server/session.ts'

export const metadata: Metadata = { title: 'New capture' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson()
  return <ChangeCapture id={(await params).id} />
}
