import { type Condition, type EventProbe, type Instrument, LEFT_OUT, type Probe, type storedSpecSchema } from '@sonde/contract'
import type { z } from 'zod'
import type { CaptureSight } from './authorize-capture.ts'

type StoredSpec = z.infer<typeof storedSpecSchema>

/** Stands for a path, a cgroup or a container that is left out; a valid one of each. */
const HIDDEN_PATH = `/${LEFT_OUT}`

/**
 * A spec without what the sight leaves out: cgroups and containers go with the hosts, texts of conditions and paths of binaries with the
 * arguments. Functions, tracepoints, libraries and names of processes stay: the result is made of them.
 */
export function hideInSpec(spec: StoredSpec, sight: CaptureSight): StoredSpec {
  const shown = structuredClone(spec)
  if (!sight.hosts && (shown.filter?.kind === 'cgroup' || shown.filter?.kind === 'container'))
    shown.filter = { kind: 'cgroup', path: HIDDEN_PATH }
  if (!sight.args) for (const instrument of shown.instruments) hideInInstrument(instrument)
  return shown
}

function hideInInstrument(instrument: Instrument): void {
  if ('when' in instrument) hideInConditions(instrument.when)
  if ('start' in instrument && instrument.start) hideInConditions(instrument.start.when)
  for (const probe of probesIn(instrument)) if ('binary' in probe && probe.binary.of === 'path') probe.binary.path = HIDDEN_PATH
}

/** The probes themselves, not copies. */
function probesIn(instrument: Instrument): (Probe | EventProbe)[] {
  if (instrument.collector === 'counts') return instrument.probes
  return [
    ...('start' in instrument && instrument.start ? [instrument.start.probe] : []),
    ...('probe' in instrument ? [instrument.probe] : []),
  ]
}

/** Numbers are thresholds that say what was recorded; a comm is a process's name. */
function hideInConditions(conditions: Condition[]): void {
  for (const condition of conditions) if (typeof condition.value === 'string' && condition.field !== 'comm') condition.value = LEFT_OUT
}

/**
 * A probe's label without the path of its binary: `uprobe:/srv/app:parse` → `uprobe:/left-out:parse`. Where a slash follows the first
 * colon, nobody can tell a symbol of Go from the rest of an odd path, so the symbol goes as well.
 */
export function hideInLabel(label: string): string {
  const [, kind, rest] = /^(u(?:ret)?probe|usdt):(\/.*)$/s.exec(label) ?? []
  if (kind === undefined || rest === undefined) return label.startsWith('/') || / in \//.test(label) ? LEFT_OUT : label
  const end = rest.indexOf(':')
  const symbol = end < 0 ? '' : rest.slice(end)
  return `${kind}:${HIDDEN_PATH}${symbol.includes('/') ? '' : symbol}`
}

/** The same of a profile's event, which may be several, as in `cycles + uprobe:/srv/app:parse`: then nobody can tell where a path ends. */
export function hideInEvent(event: string): string {
  return event.includes(' + ') && /(^| \+ )(u(?:ret)?probe|usdt):\//.test(event) ? LEFT_OUT : hideInLabel(event)
}
