import { type CaptureState, isFinal, type TargetState } from '@sonde/contract'

/**
 * A capture's state is that of its targets, never stored: queued while no host took it, running while any target is not
 * final, then the best that was reached: all done, some done (partial), none done because a person cancelled, else failed.
 */
export function captureState(targets: readonly TargetState[]): CaptureState {
  if (!targets.every(isFinal)) return targets.every((s) => s === 'queued' || s === 'offered') ? 'queued' : 'running'
  const done = targets.filter((s) => s === 'done').length
  if (done > 0) return done === targets.length ? 'done' : 'partial'
  return targets.includes('cancelled') ? 'cancelled' : 'failed'
}

/** When the last target ended; null while one has not. */
export function captureEndedAt(targets: ReadonlyArray<{ state: TargetState; endedAt: Date | null }>): Date | null {
  if (targets.length === 0 || !targets.every((t) => isFinal(t.state))) return null
  return new Date(Math.max(...targets.map((t) => t.endedAt?.getTime() ?? 0)))
}
