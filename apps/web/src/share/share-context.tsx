'use client'
import type { SharedLink } from '@sonde/contract'
import { createContext, type ReactNode, use } from 'react'

/** The link that a page was opened with. The token goes with every question, in a header, and nowhere else. */
export type OpenedLink = { token: string; link: SharedLink }

const ShareContext = createContext<OpenedLink | null>(null)

export function ShareProvider({ opened, children }: { opened: OpenedLink; children: ReactNode }) {
  return <ShareContext value={opened}>{children}</ShareContext>
}

/** The link that is being read, null for somebody who is signed in: what needs an account is not offered through a link. */
export function useShare(): OpenedLink | null {
  return use(ShareContext)
}
