import { type CaptureView, type CaptureViewState, type CollectorId, hasResultsOf, PANES, type PaneName } from '@sonde/contract'
import { lazy, type ReactNode, type RefObject } from 'react'
import { FlamePane } from './flame-pane.tsx'
import { flameWords } from './flame-words.ts'
import { functionSources } from './function-source.ts'
import { SyscallPane } from './syscall-pane.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import type { UpdateView } from './use-view-state.ts'

// The two that nearly every capture begins with come with the page, the others when they are shown.
const CountersPane = lazy(async () => ({ default: (await import('./counters-pane.tsx')).CountersPane }))
const CountsPane = lazy(async () => ({ default: (await import('./counts-pane.tsx')).CountsPane }))
const EventsPane = lazy(async () => ({ default: (await import('./events-pane.tsx')).EventsPane }))
const FunctionsPane = lazy(async () => ({ default: (await import('./functions-pane.tsx')).FunctionsPane }))
const HeatPane = lazy(async () => ({ default: (await import('./heat-pane.tsx')).HeatPane }))
const HostsPane = lazy(async () => ({ default: (await import('./hosts-pane.tsx')).HostsPane }))
const LatencyPane = lazy(async () => ({ default: (await import('./latency-pane.tsx')).LatencyPane }))
const OddPane = lazy(async () => ({ default: (await import('./odd-pane.tsx')).OddPane }))
const SandwichPane = lazy(async () => ({ default: (await import('./sandwich-pane.tsx')).SandwichPane }))

export type ReadingPaneProps = {
  capture: CaptureView
  results: CaptureResults
  view: CaptureViewState
  update: UpdateView
  /** What the time axis of every pane covers, ms. */
  domainMs: number
  /** The pane's text box, where the key of its `finder` leads to it; null where that key leads to another pane's. */
  finderRef: RefObject<HTMLInputElement | null> | null
}

export type ReadingPane = {
  title: (capture: CaptureView) => string
  /** The capture has, or will have, something to show here. */
  isOffered: (capture: CaptureView) => boolean
  /** Its text box: `search` answers to the key `/`, `filter` to `f`; the first pane of each kind gets the key. */
  finder: 'search' | 'filter' | null
  render: (props: ReadingPaneProps) => ReactNode
}

const records =
  (collector: CollectorId) =>
  (capture: CaptureView): boolean =>
    hasResultsOf(capture, collector)

const hasProfile = records('stacks')
const hasWaits = records('offcpu')

const hasManyHosts = ({ targets }: CaptureView): boolean => targets.length > 1

/** How a pane of each name looks, and when there is one. To add a pane is to add its name to `PANES` and its entry here. */
const READING_PANES: Partial<Record<PaneName, ReadingPane>> = {
  flame: {
    title: ({ spec }) => flameWords(spec, 'profile').title,
    isOffered: hasProfile,
    finder: 'search',
    render: ({ results, finderRef, ...rest }) => <FlamePane {...rest} kind="profile" profile={results.profile} searchRef={finderRef} />,
  },
  offcpu: {
    title: ({ spec }) => flameWords(spec, 'offcpu').title,
    isOffered: hasWaits,
    finder: 'search',
    render: ({ results, finderRef, ...rest }) => <FlamePane {...rest} kind="offcpu" profile={results.offcpu} searchRef={finderRef} />,
  },
  heat: {
    title: () => 'Heat map',
    isOffered: (capture) => hasProfile(capture) || hasWaits(capture),
    finder: null,
    render: ({ capture, results, view, update }) => (
      <HeatPane
        capture={capture}
        kinds={[...(hasProfile(capture) ? ['profile' as const] : []), ...(hasWaits(capture) ? ['offcpu' as const] : [])]}
        profiles={results}
        view={view}
        update={update}
      />
    ),
  },
  functions: {
    title: () => 'Functions',
    isOffered: (capture) => functionSources(capture).length > 0,
    finder: 'search',
    render: ({ finderRef, ...rest }) => <FunctionsPane {...rest} searchRef={finderRef} />,
  },
  sandwich: {
    title: () => 'Callers and callees',
    isOffered: (capture) => functionSources(capture).length > 0,
    finder: 'search',
    render: ({ finderRef, ...rest }) => <SandwichPane {...rest} searchRef={finderRef} />,
  },
  latency: {
    title: () => 'Latency',
    isOffered: records('latency'),
    finder: 'filter',
    render: ({ results, finderRef, ...rest }) => (
      <LatencyPane {...rest} latency={results.latency} findRef={finderRef} onShowMore={results.showMore.latency} />
    ),
  },
  counts: {
    title: () => 'Counts',
    isOffered: records('counts'),
    finder: 'filter',
    render: ({ results, finderRef, ...rest }) => (
      <CountsPane {...rest} counts={results.counts} findRef={finderRef} onShowMore={results.showMore.counts} />
    ),
  },
  events: {
    title: () => 'Events',
    isOffered: records('events'),
    finder: 'filter',
    render: ({ results, finderRef, ...rest }) => (
      <EventsPane {...rest} events={results.events} findRef={finderRef} onShowMore={results.showMore.events} />
    ),
  },
  counters: {
    title: () => 'Counters',
    isOffered: records('pmu'),
    finder: 'filter',
    render: ({ results, finderRef, ...rest }) => <CountersPane {...rest} counters={results.counters} findRef={finderRef} />,
  },
  syscalls: {
    title: () => 'Syscalls',
    isOffered: records('syscalls'),
    finder: 'filter',
    render: ({ finderRef, ...rest }) => <SyscallPane {...rest} filterRef={finderRef} />,
  },
  hosts: {
    title: () => 'Hosts',
    isOffered: hasManyHosts,
    finder: 'filter',
    render: ({ finderRef, domainMs: _, ...rest }) => <HostsPane {...rest} findRef={finderRef} />,
  },
  odd: {
    title: () => 'Odd host out',
    isOffered: hasManyHosts,
    finder: null,
    render: ({ finderRef: _, domainMs: __, ...rest }) => <OddPane {...rest} />,
  },
}

/** What stands on the page of a capture unless the link says otherwise. Pictures first, tables last: the left one, or the first tab, is what a reader looks at first. */
const RECORDED_ORDER: readonly PaneName[] = ['flame', 'offcpu', 'latency', 'counts', 'events', 'counters', 'syscalls']

export type OfferedPane = ReadingPane & { name: PaneName }

/** The panes that a capture has something for, in the order of their names; and those of them that its page begins with. */
export function panesOf(capture: CaptureView): { offered: OfferedPane[]; recorded: PaneName[] } {
  const offered = PANES.flatMap((name) => {
    const pane = READING_PANES[name]
    return pane?.isOffered(capture) ? [{ name, ...pane }] : []
  })
  return { offered, recorded: RECORDED_ORDER.filter((name) => offered.some((pane) => pane.name === name)) }
}
