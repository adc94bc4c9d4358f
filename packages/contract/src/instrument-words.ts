import { assertNever } from './assert-never.ts'
import type { CaptureFilter, CaptureSpec } from './capture-spec.ts'
import { CPU_TIME_EVENTS } from './counter-events.ts'
import { formatConditions } from './format-conditions.ts'
import type { Instrument, InstrumentOf, SpanStart } from './instrument.ts'
import type { Probe } from './probe.ts'
import { binaryLabel, probeLabel } from './probe-labels.ts'

/** A probe as people say it, without its kind: `vfs_read`, `block:block_rq_issue`, `malloc in libc.so.6`, `cycles`. */
export function probeShortLabel(probe: Probe): string {
  switch (probe.kind) {
    case 'tracepoint':
      return `${probe.category}:${probe.name}`
    case 'kprobe':
      return `${probe.function}${probe.at === 'return' ? ' (return)' : ''}`
    case 'uprobe':
      return `${probe.function}${probe.at === 'return' ? ' (return)' : ''} in ${binaryLabel(probe.binary)}`
    case 'usdt':
      return `${probe.provider}:${probe.name}`
    case 'pmu':
      return probe.event
  }
}

/** What an instrument records, in a few words: `CPU stacks`, `latency of vfs_read`, `counts of block:block_rq_issue and 2 more`. */
export function instrumentTitle(instrument: Instrument): string {
  switch (instrument.collector) {
    case 'stacks':
      return isCpuSampling(instrument) ? 'CPU stacks' : `stacks at ${probeShortLabel(instrument.probe)}`
    case 'syscalls':
      return 'system calls'
    case 'offcpu':
      return 'off-CPU time'
    case 'counts':
      return `counts of ${firstAndMore(instrument.probes.map(probeShortLabel))}`
    case 'latency':
      return `latency of ${spanLabel(instrument.start, instrument.probe)}`
    case 'events':
      return `events of ${instrument.start ? spanLabel(instrument.start, instrument.probe) : probeShortLabel(instrument.probe)}`
    case 'pmu':
      return `counters ${firstAndMore(instrument.events)}`
    default:
      return assertNever(instrument)
  }
}

/** Time on a CPU, sampled: what a "CPU profile" is. */
export function isCpuSampling(instrument: InstrumentOf<'stacks'>): boolean {
  const { probe, sample } = instrument
  return sample.by === 'frequency' && probe.kind === 'pmu' && ['cpu', 'cpu-clock', 'task-clock', 'cycles'].includes(probe.event)
}

/** The settings of an instrument, one short text each, as they stand in a capture's header: `kretprobe:vfs_read`, `ret < 0`, `by args.dev`. */
export function instrumentDetails(instrument: Instrument): string[] {
  switch (instrument.collector) {
    case 'stacks':
      return [
        `${instrument.probe.kind === 'pmu' ? instrument.probe.event : probeLabel(instrument.probe)}${sampleWords(instrument)}`,
        ...sideWords(instrument.sides),
        ...(instrument.weight ? [`${instrument.weight.unit} of ${instrument.weight.field}`] : []),
        ...whenWords(instrument.when),
      ]
    case 'syscalls':
      return ['every system call', ...(instrument.objects ? ['with files and addresses'] : [])]
    case 'offcpu':
      return [
        `waits of ${instrument.minBlockedUs} µs and more`,
        ...(instrument.wakers ? ['with wakers'] : []),
        ...sideWords(instrument.sides),
      ]
    case 'counts':
      return [
        ...instrument.probes.map(probeLabel),
        ...whenWords(instrument.when),
        ...(instrument.groupBy ? [`by ${instrument.groupBy}`] : []),
        ...(instrument.sum ? [`sum of ${instrument.sum}`] : []),
      ]
    case 'latency':
      return [
        ...spanWords(instrument.start, instrument.probe),
        ...whenWords(instrument.when),
        ...(instrument.groupBy ? [`by ${instrument.groupBy}`] : []),
      ]
    case 'events':
      return [
        ...(instrument.start ? spanWords(instrument.start, instrument.probe) : [probeLabel(instrument.probe)]),
        ...whenWords(instrument.when),
        ...(instrument.fields.length > 0 ? [`with ${instrument.fields.join(', ')}`] : []),
      ]
    case 'pmu':
      return [instrument.events.join(', '), ...(instrument.perCpu ? ['per CPU'] : [])]
    default:
      return assertNever(instrument)
  }
}

/** Whom a capture records, one short text each; empty for the whole host. */
export function scopeWords(spec: Pick<CaptureSpec, 'filter' | 'uid' | 'cpus'>): string[] {
  return [
    ...(spec.filter ? [filterWords(spec.filter)] : []),
    ...(spec.uid === undefined ? [] : [`uid ${spec.uid}`]),
    ...(spec.cpus ? [`CPU ${rangesOf(spec.cpus)}`] : []),
  ]
}

/** What weights of the profiles of an instrument count. Two where hosts may tell either; a capture's hosts must still agree. */
export function weightUnitsOf(instrument: InstrumentOf<'stacks' | 'offcpu'>): readonly ('samples' | 'ns' | 'bytes' | 'count')[] {
  if (instrument.collector === 'offcpu') return ['ns']
  if (instrument.weight) return [instrument.weight.unit]
  const { probe, sample } = instrument
  // By frequency, samples of anything but time stand for as many events as the kernel says, which differs from one to the next.
  return sample.by === 'frequency' && probe.kind === 'pmu' && CPU_TIME_EVENTS.has(probe.event) ? ['samples'] : ['samples', 'count']
}

function filterWords(filter: CaptureFilter): string {
  switch (filter.kind) {
    case 'pid':
      return `pid ${filter.pid}`
    case 'process':
      return `processes named ${filter.name}`
    case 'cgroup':
      return `cgroup ${filter.path}`
    case 'container':
      return `container ${filter.id.slice(0, 12)}`
  }
}

const firstAndMore = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : others.length === 1 ? `${first} and ${others[0]}` : `${first} and ${others.length} more`

/** Start and end of one function are that function; anything else is a way from one probe to another. */
function spanLabel(start: SpanStart, end: Probe): string {
  const from = probeShortLabel(start.probe)
  const isWholeCall = 'at' in end && end.at === 'return' && from === probeShortLabel({ ...end, at: 'entry' })
  return isWholeCall ? from : `${from} → ${probeShortLabel(end)}`
}

function spanWords(start: SpanStart, end: Probe): string[] {
  const way = `${probeLabel(start.probe)} → ${probeLabel(end)}`
  return [
    start.match.by === 'thread' ? way : `${way}, matched by ${start.match.end.join(' + ')}`,
    ...(start.when.length > 0 ? [`start: ${formatConditions(start.when)}`] : []),
  ]
}

function sampleWords({ sample }: InstrumentOf<'stacks'>): string {
  if (sample.by === 'frequency') return ` at ${sample.hz} Hz`
  return sample.every === 1 ? '' : `, one in ${sample.every.toLocaleString('en-US')}`
}

const sideWords = (sides: 'both' | 'kernel' | 'user'): string[] => (sides === 'both' ? [] : [`${sides} stacks only`])
const whenWords = (when: Parameters<typeof formatConditions>[0]): string[] => (when.length === 0 ? [] : [formatConditions(when)])

/** `0-3,8`: numbers in order, runs as a range. */
function rangesOf(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const runs: [number, number][] = []
  for (const n of sorted) {
    const last = runs.at(-1)
    if (last && last[1] === n - 1) last[1] = n
    else runs.push([n, n])
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}
