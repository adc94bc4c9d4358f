import type { ProfileSummary } from '@sonde/flamegraph/react'

export type SelectedProcess = { hostId: string; pid: number }

/** `hostId:pid` of the URL → parts; null for none. The schema has checked its form. */
export function parseProcess(key: string): SelectedProcess | null {
  const at = key.lastIndexOf(':')
  return at > 0 ? { hostId: key.slice(0, at), pid: Number(key.slice(at + 1)) } : null
}

/** The URL's key for the process of a row of the profile's thread table; null where the row is none, or of a file that knows no process. */
export function processOfThread(profile: Pick<ProfileSummary, 'hosts' | 'threads'>, threadRow: number): string | null {
  const host = profile.threads.host[threadRow]
  const pid = profile.threads.pid[threadRow]
  const hostId = host === undefined ? undefined : profile.hosts.id[host]
  return hostId && pid !== undefined && pid >= 0 ? `${hostId}:${pid}` : null
}
