import type { Metadata } from 'next'
import { DevicePage } from '../../../device/device-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Let a program in' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  await requirePerson()
  const { code } = await searchParams
  return <DevicePage initialCode={typeof code === 'string' ? code.slice(0, 40) : ''} />
}
