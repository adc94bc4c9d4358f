import type { CaptureCounts, CaptureEvents, CaptureLatency, CaptureSyscalls } from '@sonde/contract'
import type { ProfileSummary } from '@sonde/flamegraph/react'
import { processOfThread, type SelectedProcess } from './process-selection.ts'

/** Where the name of a process may be known from; whatever has arrived. */
export type NameSources = {
  profile: ProfileSummary | undefined
  offcpu: ProfileSummary | undefined
  syscalls: CaptureSyscalls | undefined
  counts: CaptureCounts | undefined
  latency: CaptureLatency | undefined
  events: CaptureEvents | undefined
}

/** What to call the selected process: its name as any of the results knows it. */
export function processName(process: SelectedProcess, sources: NameSources): string | null {
  const inSyscalls = sources.syscalls?.hosts
    .find((host) => host.hostId === process.hostId)
    ?.snapshot.processes.find((p) => p.pid === process.pid)
  if (inSyscalls) return inSyscalls.comm
  const isIt = (row: { hostId: string | null; pid: number | null }) => row.hostId === process.hostId && row.pid === process.pid
  for (const rows of [sources.counts?.rows, sources.latency?.rows, sources.events?.rows]) {
    const comm = rows?.find(isIt)?.comm
    if (comm) return comm
  }
  return nameInProfile(process, sources.profile) ?? nameInProfile(process, sources.offcpu)
}

function nameInProfile(process: SelectedProcess, profile: ProfileSummary | undefined): string | null {
  if (!profile) return null
  const { threads } = profile
  let any: string | null = null
  for (let row = 0; row < threads.length; row++) {
    if (threads.pid[row] !== process.pid || processOfThread(profile, row) !== `${process.hostId}:${process.pid}`) continue
    const comm = threads.comm[row] ?? null
    // The main thread carries the name that people know the process by.
    if (threads.tid[row] === process.pid) return comm
    any ??= comm
  }
  return any
}
