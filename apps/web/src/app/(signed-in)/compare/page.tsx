import type { Metadata } from 'next'
import { ComparePage } from '../../../compare/compare-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Compare' }

export default async function Page() {
  await requirePerson()
  return <ComparePage />
}
