import type { CaptureSyscalls } from '@sonde/contract'
import type { Profile } from '@sonde/profile'

export type SelectedProcess = { hostId: string; pid: number }

/** `hostId:pid` of the URL → parts; null for none. The schema has checked its form. */
export function parseProcess(key: string): SelectedProcess | null {
  const at = key.lastIndexOf(':')
  return at > 0 ? { hostId: key.slice(0, at), pid: Number(key.slice(at + 1)) } : null
}

/** The URL's key for the process of a row of the profile's thread table; null where the row is none, or of an import. */
export function processOfThread(profile: Profile, threadRow: number): string | null {
  const host = profile.threads.host[threadRow]
  const pid = profile.threads.pid[threadRow]
  const hostId = host === undefined ? undefined : profile.hosts.id[host]
  return hostId && pid !== undefined ? `${hostId}:${pid}` : null
}

/** What to call the selected process: its name as either result knows it, and its host where there are several. */
export function processName(process: SelectedProcess, profile: Profile | undefined, syscalls: CaptureSyscalls | undefined): string | null {
  const known = syscalls?.hosts.find((host) => host.hostId === process.hostId)?.snapshot.processes.find((p) => p.pid === process.pid)
  if (known) return known.comm
  if (!profile) return null
  for (let row = 0; row < profile.threads.length; row++) {
    if (profile.threads.pid[row] !== process.pid || processOfThread(profile, row) !== `${process.hostId}:${process.pid}`) continue
    // The main thread carries the name that people know the process by.
    if (profile.threads.tid[row] === process.pid) return profile.strings[profile.threads.comm[row] ?? 0] ?? null
  }
  const any = profile.threads.pid.findIndex(
    (pid, row) => pid === process.pid && processOfThread(profile, row) === `${process.hostId}:${process.pid}`,
  )
  return any >= 0 ? (profile.strings[profile.threads.comm[any] ?? 0] ?? null) : null
}
