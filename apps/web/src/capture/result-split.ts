import { type CaptureSpec, type CaptureViewState, instrumentOf, type ResultSplit } from '@sonde/contract'

/** What a row of the counts stands for: as chosen, else what the instrument asks for. */
export function countsSplit(spec: CaptureSpec, view: Pick<CaptureViewState, 'countsBy'>): ResultSplit {
  if (view.countsBy !== 'auto') return view.countsBy
  const counts = instrumentOf(spec, 'counts')
  if (counts?.groupBy !== undefined) return 'key'
  // A wildcard is one probe here, and may be fifty on the host.
  const isOneProbe = counts?.probes.length === 1 && !JSON.stringify(counts.probes[0]).includes('*')
  return isOneProbe ? 'process' : 'probe'
}

export function latencySplit(spec: CaptureSpec, view: Pick<CaptureViewState, 'latencyBy'>): Exclude<ResultSplit, 'probe'> {
  if (view.latencyBy !== 'auto') return view.latencyBy
  return instrumentOf(spec, 'latency')?.groupBy === undefined ? 'process' : 'key'
}
