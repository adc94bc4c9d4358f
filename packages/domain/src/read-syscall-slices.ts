import type { SyscallSnapshot } from '@sonde/contract'
import { z } from 'zod'
import type { App } from './app.ts'
import { readMerged } from './read-merged.ts'
import { addSyscallSnapshot, emptySyscallSlices, type SyscallSlices, syscallSlicesBytes } from './syscall-slices.ts'

/**
 * What is stored was checked on arrival (check-chunk.ts). A host where programs come and go has 50,000 rows in each of 150 snapshots: to
 * check every one of them again would take minutes.
 */
const storedSnapshot = z.custom<SyscallSnapshot>()

/** All snapshots of a capture so far as slices; while it runs only the new ones are read. Throws `not-found`. */
export async function readSyscallSlices(app: App, captureId: string): Promise<SyscallSlices> {
  return await readMerged(app, captureId, {
    kind: 'syscalls',
    schema: storedSnapshot,
    cache: app.merges.syscalls,
    empty: () => emptySyscallSlices(),
    add: addSyscallSnapshot,
    bytesOf: syscallSlicesBytes,
  })
}
