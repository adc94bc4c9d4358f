import type { Metadata } from 'next'
import { NewCapturePage } from '../../../../new-capture/new-capture-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'New capture' }

export default async function Page() {
  await requirePerson()
  return <NewCapturePage />
}
