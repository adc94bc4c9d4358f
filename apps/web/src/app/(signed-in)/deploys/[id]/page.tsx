import type { Metadata } from 'next'
import { DeployPage } from '../../../../deploys/deploy-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

export const metadata: Metadata = { title: 'Deploy' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson()
  return <DeployPage id={(await params).id} />
}
