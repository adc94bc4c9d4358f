import type { HostCommand, SyscallSnapshot, TargetQuality } from '@sonde/contract'
import { EMPTY_QUALITY } from '@sonde/contract'
import type { Profile } from '@sonde/profile'
import type { CapturePlan } from './capture-plan.ts'
import { TraceFailure } from './trace-errors.ts'

export type CaptureHooks = {
  hostId: string
  hostName: string
  /** A folder that the caller owns and removes; nothing large is written to it. */
  workDir: string
  /** Abort stops both tracers within a second; the promise then resolves with `quality.partial`. */
  signal: AbortSignal
  /** Once, when every collector that could attach has attached. `commands` are the ones that run. Awaited. */
  onAttached(commands: HostCommand[]): void | Promise<void>
  /** About every 2 s and once at the end, with what is new since the last call: merge them all. Awaited (back-pressure). */
  onProfile(delta: Profile): void | Promise<void>
  /** About every 2 s and once at the end; cumulative: the last one is the whole truth. Awaited. */
  onSyscalls(snapshot: SyscallSnapshot): void | Promise<void>
}

export type CaptureOutcome = {
  quality: TargetQuality
  /** Wall time recorded, ms: from attachment to the end of recording. */
  recordedMs: number
}

/** Runs a plan to its end (or until aborted). @throws TraceFailure where nothing usable was recorded. */
export async function runCapture(plan: CapturePlan, hooks: CaptureHooks): Promise<CaptureOutcome> {
  throw new TraceFailure('internal', `not yet: ${plan.commands.length} ${hooks.hostId}`, EMPTY_QUALITY)
}
