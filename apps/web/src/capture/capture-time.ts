import { type CaptureView, isFinal, type TimeGrid, type TimeWindow } from '@sonde/contract'

/**
 * What the time axis of every pane covers, ms since the first host began: the whole duration while it runs (it will be filled), later
 * as much as was recorded.
 */
export function captureSpanMs(capture: CaptureView): number {
  const { durationMs } = capture.spec
  if (!capture.targets.every((target) => isFinal(target.state))) return durationMs
  const starts = capture.targets.flatMap((target) => (target.startedAt ? [target.startedAt.getTime()] : []))
  const first = Math.min(...starts)
  const ends = capture.targets.flatMap((target) =>
    target.startedAt && target.recordedMs !== null ? [target.startedAt.getTime() - first + target.recordedMs] : [],
  )
  // A second at least: a capture that broke off at once, and a file without times, still have an axis.
  return Math.max(1_000, ...(ends.length === 0 ? [durationMs] : ends))
}

/** Where the last of what is in a grid ends, ms: the last bin is as long as it was recorded. */
export function gridEndMs(grid: TimeGrid | undefined): number {
  const last = (grid?.coveredMs.length ?? 0) - 1
  return grid === undefined || last < 0 ? 0 : last * grid.stepMs + (grid.coveredMs[last] ?? 0)
}

/** How long a selection of time rests before results follow it, ms: keys select step by step. */
export const WINDOW_RESTS_MS = 150

/** `from-to` of the URL → a window; null for none and for one that is empty. The schema has checked its form. */
export function parseWindow(text: string): TimeWindow | null {
  const [from, to] = text.split('-').map(Number)
  return from !== undefined && to !== undefined && from < to ? { fromMs: from, toMs: to } : null
}

export const formatWindow = (window: TimeWindow | null): string =>
  window === null ? '' : `${Math.round(window.fromMs)}-${Math.round(window.toMs)}`
