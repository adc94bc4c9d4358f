import type { Actor, CaptureSyscallTimes, SyscallTimesQuery } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture } from './authorize-capture.ts'
import { hideHostNames } from './hide-results.ts'
import { readHostTimes } from './read-host-times.ts'
import { readSyscallSlices } from './read-syscall-slices.ts'
import { viewSyscallTimes } from './view-syscall-times.ts'

/** The system calls of a capture over time: the largest by themselves, the others together. Empty where nothing came in (yet). Throws `not-found`. */
export async function readSyscallTimes(actor: Actor, app: App, query: SyscallTimesQuery): Promise<CaptureSyscallTimes> {
  const sight = authorizeCapture(actor, query.id)
  const hosts = hideHostNames(await readHostTimes(app, query.id), sight)
  return viewSyscallTimes(await readSyscallSlices(app, query.id), query, hosts)
}
