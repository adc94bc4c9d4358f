import { type CaptureViewState, compareHref, formatSelection, hostOfProcess, type Selection } from '@sonde/contract'

/** What the page of a capture has selected, as a side of a comparison. */
export function selectionOfView(capture: string, view: Pick<CaptureViewState, 'host' | 'process' | 'window'>): Selection {
  return { capture, host: view.host, rest: false, process: view.process, window: view.window }
}

/** The page of a comparison with B chosen, where A is asked for. */
export const chooseAgainstHref = (b: Selection): string =>
  `/compare?${new URLSearchParams({ b: formatSelection(b) })}`.replaceAll('%7E', '~').replaceAll('%3A', ':')

/** A host of a capture (B) with all its other hosts (A), in the same time. */
export const hostAgainstRestHref = (capture: string, { host, window }: { host: string; window: string }): string => {
  const side = { capture, host, process: '', window }
  return compareHref({ a: { ...side, rest: true }, b: { ...side, rest: false } })
}

/** The stretch of the same length that ends where this one begins, as far as the capture goes back; null where nothing was before. */
export function timeBefore(window: string): string | null {
  const [from, to] = window.split('-').map(Number)
  if (from === undefined || to === undefined || !(from > 0) || !(to > from)) return null
  return `${Math.max(0, from - (to - from))}-${from}`
}

/** What is selected, in a stretch of time (B), with the same just before (A); null where nothing was before. */
export function againstTimeBeforeHref(capture: string, view: Pick<CaptureViewState, 'host' | 'process' | 'window'>): string | null {
  const before = timeBefore(view.window)
  if (before === null) return null
  const b = selectionOfView(capture, view)
  return compareHref({ a: { ...b, window: before }, b })
}

/** What the capture's own page shows of a side. */
export function captureHref({ capture, host, rest, process, window }: Selection): string {
  const query = new URLSearchParams()
  if (host && !rest) query.set('host', host)
  if (process) {
    query.set('process', process)
    if (!query.has('host')) query.set('host', hostOfProcess(process))
  }
  if (window) query.set('window', window)
  return `/captures/${capture}${query.size > 0 ? `?v=1&${query}` : ''}`
}
