import { syscallSnapshotSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { readMerged } from './read-merged.ts'
import { addSyscallSnapshot, emptySyscallSlices, type SyscallSlices, syscallSlicesBytes } from './syscall-slices.ts'

/** All snapshots of a capture so far as slices; while it runs only the new ones are read. Throws `not-found`. */
export async function readSyscallSlices(app: App, captureId: string): Promise<SyscallSlices> {
  return await readMerged(app, captureId, {
    kind: 'syscalls',
    schema: syscallSnapshotSchema,
    cache: app.merges.syscalls,
    empty: () => emptySyscallSlices(),
    add: addSyscallSnapshot,
    bytesOf: syscallSlicesBytes,
  })
}
