import type { ReactNode } from 'react'
import { requirePerson } from '../../server/session.ts'
import { Shell } from '../../shell/shell.tsx'

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  return <Shell person={await requirePerson()}>{children}</Shell>
}
