import type { Metadata } from 'next'
import { CapturesPage } from '../../../captures/captures-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Captures' }

export default async function Page() {
  await requirePerson()
  return <CapturesPage />
}
