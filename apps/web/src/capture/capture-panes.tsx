import { assertNever, type CaptureView, type CaptureViewState, CHUNK_KIND_OF, type ChunkKind } from '@sonde/contract'
import type { RefObject } from 'react'
import { captureSpanMs, gridEndMs } from './capture-time.ts'
import { CountersPane } from './counters-pane.tsx'
import { CountsPane } from './counts-pane.tsx'
import { EventsPane } from './events-pane.tsx'
import { FlamePane } from './flame-pane.tsx'
import { flameWords } from './flame-words.ts'
import { LatencyPane } from './latency-pane.tsx'
import type { PaneOfCapture } from './pane-layout.tsx'
import { SyscallPane } from './syscall-pane.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import type { UpdateView } from './use-view-state.ts'

/** Pictures first, tables last: the left one, or the first tab, is what a reader looks at first. */
const ORDER = ['profile', 'offcpu', 'latency', 'counts', 'events', 'counters', 'syscalls'] as const satisfies readonly ChunkKind[]

export type CapturePanesProps = {
  capture: CaptureView
  results: CaptureResults
  view: CaptureViewState
  update: UpdateView
  /** The search of the first flame graph, and the filter of the first table: where the keys `/` and `f` lead. */
  searchRef: RefObject<HTMLInputElement | null>
  filterRef: RefObject<HTMLInputElement | null>
}

/** A pane for each result that the capture records. */
export function capturePanes({ capture, results, view, update, searchRef, filterRef }: CapturePanesProps): PaneOfCapture[] {
  const grids = [results.latency, results.counts, results.events, results.counters].map((result) => result.data?.grid)
  // One axis for all panes; a slice may end a little after the duration.
  const domainMs = Math.max(captureSpanMs(capture), ...grids.map(gridEndMs))
  const recorded = new Set<ChunkKind>(capture.spec.instruments.map((instrument) => CHUNK_KIND_OF[instrument.collector]))
  const kinds = ORDER.filter((kind) => recorded.has(kind))
  const firstFlame = kinds.find((kind) => kind === 'profile' || kind === 'offcpu')
  const firstTable = kinds.find((kind) => kind !== 'profile' && kind !== 'offcpu')
  return kinds.map((kind): PaneOfCapture => {
    const common = { capture, view, update }
    const timed = { ...common, domainMs }
    const search = kind === firstFlame ? searchRef : null
    const find = kind === firstTable ? filterRef : null
    switch (kind) {
      case 'profile':
      case 'offcpu':
        return {
          kind,
          title: flameWords(capture.spec, kind).title,
          node: <FlamePane {...common} kind={kind} profile={results[kind]} searchRef={search} />,
        }
      case 'latency':
        return {
          kind,
          title: 'Latency',
          node: <LatencyPane {...timed} latency={results.latency} findRef={find} onShowMore={results.showMore.latency} />,
        }
      case 'counts':
        return {
          kind,
          title: 'Counts',
          node: <CountsPane {...timed} counts={results.counts} findRef={find} onShowMore={results.showMore.counts} />,
        }
      case 'events':
        return {
          kind,
          title: 'Events',
          node: <EventsPane {...timed} events={results.events} findRef={find} onShowMore={results.showMore.events} />,
        }
      case 'counters':
        return { kind, title: 'Counters', node: <CountersPane {...timed} counters={results.counters} findRef={find} /> }
      case 'syscalls':
        return { kind, title: 'Syscalls', node: <SyscallPane {...common} syscalls={results.syscalls} filterRef={find} /> }
      default:
        return assertNever(kind)
    }
  })
}
