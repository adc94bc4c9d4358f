import type { Metadata } from 'next'
import { DeploysPage } from '../../../deploys/deploys-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Deploys' }

export default async function Page() {
  await requirePerson()
  return <DeploysPage />
}
