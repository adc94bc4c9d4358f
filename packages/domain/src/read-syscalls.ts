import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Actor, type CaptureSyscalls, CHUNK_LIMITS, syscallSnapshotSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { readHostNames } from './read-host-names.ts'

const gunzipAsync = promisify(gunzip)

/** The latest syscall snapshot of each host of a capture; hosts without one (yet) are left out. Throws `not-found`. */
export async function readSyscalls(actor: Actor, app: App, input: { id: string }): Promise<CaptureSyscalls> {
  authorize(actor, 'capture.read')
  const names = await readHostNames(app, input.id)
  const chunks = await app.blobs.latest(input.id, 'syscalls')
  const hosts: CaptureSyscalls['hosts'] = []
  for (const chunk of chunks) {
    const raw = await gunzipAsync(chunk.data, { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
    // Stored as it was sent, so parsed as on arrival: that is also what cuts a host's overlong text.
    const snapshot = syscallSnapshotSchema.parse(JSON.parse(raw.toString('utf8')))
    hosts.push({ hostId: chunk.hostId, hostName: names.get(chunk.hostId) ?? '', snapshot })
  }
  hosts.sort((a, b) => a.hostName.localeCompare(b.hostName) || a.hostId.localeCompare(b.hostId))
  return { hosts }
}
