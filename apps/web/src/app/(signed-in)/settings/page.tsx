import type { Metadata } from 'next'
import { requirePerson } from '../../../server/session.ts'
import { SettingsPage } from '../../../settings/settings-page.tsx'

export const metadata: Metadata = { title: 'Settings' }

export default async function Page() {
  await requirePerson()
  return <SettingsPage />
}
