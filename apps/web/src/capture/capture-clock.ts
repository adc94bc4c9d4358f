import { type CaptureView, isFinal } from '@sonde/contract'

export type CaptureProgress = {
  /** Recording time so far, of the host that started first; null before any did. */
  elapsedMs: number | null
  remainingMs: number | null
  /** 0..1 of the duration asked for; null where nobody knows yet. */
  share: number | null
}

/** How far a live capture is, at the server's time `nowMs`. */
export function captureProgress(capture: CaptureView, nowMs: number): CaptureProgress {
  const running = capture.targets.filter((target) => !isFinal(target.state) && target.startedAt !== null)
  const starts = running.map((target) => target.startedAt?.getTime() ?? nowMs)
  if (starts.length === 0) return { elapsedMs: null, remainingMs: null, share: null }
  const { durationMs } = capture.spec
  const elapsedMs = Math.min(durationMs, Math.max(0, nowMs - Math.min(...starts)))
  // Done when the last one is done.
  const remainingMs = Math.max(0, durationMs - Math.max(0, nowMs - Math.max(...starts)))
  return { elapsedMs, remainingMs, share: durationMs > 0 ? 1 - remainingMs / durationMs : null }
}
