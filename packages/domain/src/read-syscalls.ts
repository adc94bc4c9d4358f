import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Actor, type CaptureSyscalls, CHUNK_LIMITS, type SyscallsQuery, syscallSnapshotSchema, type TimeWindow } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture } from './authorize-capture.ts'
import { errorsWithinCalls } from './errors-within-calls.ts'
import { hideHostNames, hideObjects } from './hide-results.ts'
import { readHostTimes } from './read-host-times.ts'
import { readSyscallSlices } from './read-syscall-slices.ts'
import { untimedCalls } from './syscall-slices.ts'
import type { HostTimes } from './time-grid.ts'
import { viewSyscallWindow } from './view-syscall-window.ts'

const gunzipAsync = promisify(gunzip)

/**
 * The system calls of each host of a capture: the latest snapshot, or what happened in a window, rounded to whole slices between two
 * snapshots. Hosts without any (yet, or there) are left out. Throws `not-found`.
 */
export async function readSyscalls(actor: Actor, app: App, { id, window }: SyscallsQuery): Promise<CaptureSyscalls> {
  const sight = authorizeCapture(actor, id)
  const times = hideHostNames(await readHostTimes(app, id), sight)
  const read = window ? await windowOfHosts(app, id, window, times) : { hosts: await latestOfHosts(app, id, times), untimed: 0 }
  read.hosts.sort((a, b) => a.hostName.localeCompare(b.hostName) || a.hostId.localeCompare(b.hostId))
  return hideObjects(read, sight)
}

async function latestOfHosts(app: App, id: string, times: HostTimes): Promise<CaptureSyscalls['hosts']> {
  const hosts: CaptureSyscalls['hosts'] = []
  for (const chunk of await app.blobs.latest(id, 'syscalls')) {
    const raw = await gunzipAsync(chunk.data, { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
    // Stored as it was sent, so parsed as on arrival: that is also what cuts a host's overlong text.
    const snapshot = syscallSnapshotSchema.parse(JSON.parse(raw.toString('utf8')))
    for (const row of snapshot.rows) row.errors = errorsWithinCalls(row.errors, row.calls)
    hosts.push({ hostId: chunk.hostId, hostName: times.get(chunk.hostId)?.name ?? '', snapshot, bounds: null, boundedMax: [] })
  }
  return hosts
}

async function windowOfHosts(app: App, id: string, window: TimeWindow, times: HostTimes): Promise<CaptureSyscalls> {
  const merged = await readSyscallSlices(app, id)
  const hosts: CaptureSyscalls['hosts'] = []
  for (const [hostId, host] of merged.hosts) {
    const seen = viewSyscallWindow(merged, host, times.get(hostId)?.offsetMs ?? 0, window)
    if (!seen) continue
    const { bounds, boundedMax, ...rest } = seen
    const snapshot = { version: 1 as const, ...rest, unmatchedExits: 0, lostCalls: 0, truncated: false }
    hosts.push({ hostId, hostName: times.get(hostId)?.name ?? '', snapshot, bounds, boundedMax })
  }
  return { hosts, untimed: untimedCalls(merged) }
}
