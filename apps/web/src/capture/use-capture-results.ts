'use client'
import {
  type CaptureCounters,
  type CaptureCounts,
  type CaptureEvents,
  type CaptureLatency,
  type CaptureSyscalls,
  type CaptureView,
  type CaptureViewState,
  type CollectorId,
  hasResultsOf,
} from '@sonde/contract'
import type { LoadedProfile } from '@sonde/flamegraph/react'
import { useState } from 'react'
import { useTRPCClient } from '../trpc/client.tsx'
import { useDebounced } from '../url/use-debounced.ts'
import { parseWindow, WINDOW_RESTS_MS } from './capture-time.ts'
import { parseProcess } from './process-selection.ts'
import { countsSplit, latencySplit } from './result-split.ts'
import { useProfileResult } from './use-profile-result.ts'
import { type Result, useResult } from './use-result.ts'

/** Rows that the server is asked for at first, and after "show more". */
const ROW_LIMITS = { counts: [30, 500], latency: [200, 2_000], events: [500, 20_000] } as const
type Limited = keyof typeof ROW_LIMITS

export type CaptureResults = {
  profile: Result<LoadedProfile>
  offcpu: Result<LoadedProfile>
  syscalls: Result<CaptureSyscalls>
  counts: Result<CaptureCounts>
  latency: Result<CaptureLatency>
  events: Result<CaptureEvents>
  counters: Result<CaptureCounters>
  /** Asks for all rows of a table; null where no more can be asked for. */
  showMore: Record<Limited, (() => void) | null>
}

/** Everything that a capture has recorded so far, narrowed as the view says. Only what its instruments record is asked for. */
export function useCaptureResults(capture: CaptureView, view: CaptureViewState): CaptureResults {
  const client = useTRPCClient()
  const [more, setMore] = useState<Record<Limited, boolean>>({ counts: false, latency: false, events: false })
  const { id, spec, resultVersion } = capture
  const has = (collector: CollectorId) => hasResultsOf(capture, collector)
  const limitOf = (kind: Limited) => ROW_LIMITS[kind][more[kind] ? 1 : 0]

  const host = view.host === '' ? undefined : view.host
  const process = parseProcess(view.process) ?? undefined
  const window = parseWindow(useDebounced(view.window, WINDOW_RESTS_MS)) ?? undefined
  const search = view.find
  const counts = { id, host, process, window, search, by: countsSplit(spec, view), measure: view.measure, limit: limitOf('counts') }
  const latency = { id, host, process, window, search, by: latencySplit(spec, view), limit: limitOf('latency') }
  const events = { id, host, process, window, search, sort: view.eventSort, dir: view.eventDir, limit: limitOf('events') }
  const counters = { id, host, window }

  return {
    profile: useProfileResult({ captureId: id, kind: 'profile', version: resultVersion.profile, enabled: has('stacks') }),
    offcpu: useProfileResult({ captureId: id, kind: 'offcpu', version: resultVersion.offcpu, enabled: has('offcpu') }),
    syscalls: useResult({
      key: ['syscalls', id],
      version: resultVersion.syscalls,
      enabled: has('syscalls'),
      load: (signal) => client.captures.syscalls.query({ id }, { signal }),
    }),
    counts: useResult({
      key: ['counts', counts],
      version: resultVersion.counts,
      enabled: has('counts'),
      load: (signal) => client.captures.counts.query(counts, { signal }),
      keepPrevious: true,
    }),
    latency: useResult({
      key: ['latency', latency],
      version: resultVersion.latency,
      enabled: has('latency'),
      load: (signal) => client.captures.latency.query(latency, { signal }),
      keepPrevious: true,
    }),
    events: useResult({
      key: ['events', events],
      version: resultVersion.events,
      enabled: has('events'),
      load: (signal) => client.captures.events.query(events, { signal }),
      keepPrevious: true,
    }),
    counters: useResult({
      key: ['counters', counters],
      version: resultVersion.counters,
      enabled: has('pmu'),
      load: (signal) => client.captures.counters.query(counters, { signal }),
      keepPrevious: true,
    }),
    showMore: {
      counts: more.counts ? null : () => setMore({ ...more, counts: true }),
      latency: more.latency ? null : () => setMore({ ...more, latency: true }),
      events: more.events ? null : () => setMore({ ...more, events: true }),
    },
  }
}
