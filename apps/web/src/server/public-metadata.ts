import { readPublicTitle } from '@sonde/domain'
import type { Metadata } from 'next'
import { getApp } from './app.ts'

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** "30 Nov 2026 03:12 UTC": whoever reads it in a chat may be anywhere. */
const momentOf = (date: Date): string => `${MOMENT.format(date).replace(',', '')} UTC`

/** Id of the capture that a path of this site is about; null for any other page. */
export function captureOfPath(path: string): string | null {
  return /^\/captures\/([a-z0-9][a-z0-9_-]{3,63})(?:[/?#]|$)/i.exec(path)?.[1] ?? null
}

/**
 * What a program that shows previews of links may say of a capture's page, to whose address it has no account: what kind it is and when
 * it was made; no host, no function. Empty where the path is about no capture.
 */
export async function publicMetadata(path: string): Promise<Metadata> {
  const id = captureOfPath(path)
  if (id === null || id === 'new') return {}
  const known = await readPublicTitle(getApp(), id)
  if (known === null) return {}
  const title = `${known.title} · ${momentOf(known.createdAt)}`
  const description = 'A capture in Sonde. Sign in to see it.'
  return {
    title,
    description,
    openGraph: { type: 'website', siteName: 'Sonde', title, description },
    twitter: { card: 'summary', title, description },
  }
}
