import {
  type CaptureCounters,
  type CaptureSpec,
  type CaptureSyscalls,
  type EventColumn,
  FIELD_BUILTINS,
  instrumentOf,
  LEFT_OUT,
} from '@sonde/contract'
import type { CaptureSight } from './authorize-capture.ts'
import { hideInLabel } from './hide-spec.ts'
import { hostPseudonyms } from './host-pseudonyms.ts'
import type { HostTimes } from './time-grid.ts'

/**
 * What rows of results are shown as. Applied before rows are searched, sorted and added up, never after: whoever may ask "is there a row
 * with this word?" would learn letter by letter what is left out.
 */
export type RowHiding = {
  key: (key: string | null) => string | null
  probe: (label: string | null) => string | null
  /** Whether the values of this column of events are shown. */
  column: (column: EventColumn) => boolean
}

export const HIDES_NOTHING: RowHiding = { key: (key) => key, probe: (label) => label, column: () => true }

/** The hosts as this sight calls them. */
export function hideHostNames(hosts: HostTimes, sight: CaptureSight): HostTimes {
  if (sight.hosts) return hosts
  const names = hostPseudonyms(hosts.keys())
  return new Map([...hosts].map(([id, host]) => [id, { ...host, name: names.get(id) ?? LEFT_OUT }]))
}

/** Values of what every event has, whatever it is about: numbers, and the name of a process. */
const OPEN_FIELDS: ReadonlySet<string> = new Set(FIELD_BUILTINS)

/** For the rows of one collector. A row of values that are left out is one row, "left-out". */
export function rowHiding(sight: CaptureSight, spec: CaptureSpec, collector: 'counts' | 'latency' | 'events'): RowHiding {
  if (sight.args) return HIDES_NOTHING
  const instrument = instrumentOf(spec, collector)
  const groupBy = instrument && 'groupBy' in instrument ? instrument.groupBy : undefined
  const isOpen = groupBy !== undefined && OPEN_FIELDS.has(groupBy)
  return {
    key: (key) => (key === null || isOpen ? key : LEFT_OUT),
    probe: (label) => (label === null ? null : hideInLabel(label)),
    column: ({ name, type }) => OPEN_FIELDS.has(name) && (type !== 'text' || name === 'comm'),
  }
}

/** Why a host cannot count something is its own sentence, and may hold anything. */
export function hideReasons(counters: CaptureCounters, sight: CaptureSight): CaptureCounters {
  if (sight.hosts && sight.args) return counters
  const hide = (one: { event: string }) => ({ event: one.event, reason: 'the reason is left out of this link' })
  return { ...counters, hosts: counters.hosts.map((host) => ({ ...host, unsupported: host.unsupported.map(hide) })) }
}

/** Files and addresses are arguments: without them all calls about one are in no row of theirs. */
export function hideObjects(syscalls: CaptureSyscalls, sight: CaptureSight): CaptureSyscalls {
  if (sight.args) return syscalls
  for (const { snapshot } of syscalls.hosts) {
    if (!snapshot.objects) continue
    const calls = snapshot.objects.rows.reduce((sum, row) => sum + row.calls, 0)
    snapshot.objects = { rows: [], lost: snapshot.objects.lost + calls }
  }
  return syscalls
}
