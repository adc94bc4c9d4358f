import { type CaptureSpec, instrumentOf, instrumentTitle, isCpuSampling } from '@sonde/contract'
import type { EventWords, ProfileSummary } from '@sonde/flamegraph/react'
import { formatBytes, formatCount, formatCpuSeconds, formatExact, formatNs, formatPlural } from '@sonde/ui'

export type FlameKind = 'profile' | 'offcpu'

/** How a flame graph of a capture names itself and what it counts. */
export type FlameWords = {
  title: string
  /** What arrives while it records. */
  what: string
  /** What an event is, where weights are not samples. */
  events: EventWords | undefined
  idle: { title: string; text: string }
  /** Said where a process, or a time, has nothing. */
  nothingOf: string
}

/** A spec without stacks is that of an imported file. */
export function flameWords(spec: CaptureSpec, kind: FlameKind): FlameWords {
  if (kind === 'offcpu')
    return {
      title: 'Off-CPU',
      what: 'waits',
      events: { how: 'blocked in', one: 'wait', many: 'waits' },
      idle: {
        title: 'No waits',
        text: 'Nothing of what was recorded waited in that time, but for waits shorter than asked for.',
      },
      nothingOf: 'It did not wait and come back while it was watched.',
    }
  const stacks = instrumentOf(spec, 'stacks')
  if (!stacks)
    return {
      title: 'Stacks',
      what: 'samples',
      events: undefined,
      idle: { title: 'No samples', text: 'The file has none.' },
      nothingOf: 'The file has no sample of it.',
    }
  if (isCpuSampling(stacks))
    return {
      title: 'CPU',
      what: 'samples',
      events: undefined,
      idle: {
        title: 'Idle: no samples',
        text: 'Nothing of what was recorded ran on a CPU in that time. Sleeping and waiting processes are not sampled; the syscalls say what they wait for.',
      },
      nothingOf: 'It did not run on a CPU while it was watched.',
    }
  const of = instrumentTitle(stacks)
  return {
    title: of.charAt(0).toUpperCase() + of.slice(1),
    what: 'stacks',
    events: { how: 'in', one: 'event', many: 'events' },
    idle: {
      title: 'It did not happen',
      text: 'The probe was attached and did not fire, or no event met the conditions.',
    },
    nothingOf: 'The probe did not fire in it while it was watched.',
  }
}

/** What the whole picture adds up to, in a line; `long`: the part that may be left out where it is narrow. */
export function flameTotal(
  profile: Pick<ProfileSummary, 'meta'>,
  tree: { total: ArrayLike<number>; count: ArrayLike<number> },
  words: FlameWords,
): { short: string; long: string } {
  const weight = tree.total[0] ?? 0
  const count = tree.count[0] ?? 0
  const { unit, periodNs, event } = profile.meta
  if (unit === 'ns' || unit === 'bytes') return { short: amountText(unit, { weight, count }, words), long: '' }
  if (unit === 'count') return { short: `${formatPlural(weight, 'event')}`, long: event ? ` of ${event}` : '' }
  if (words.events === undefined && periodNs > 0)
    return {
      short: `${formatPlural(weight, 'sample')} = ${formatCpuSeconds((weight * periodNs) / 1e9)} of CPU time`,
      long: ` (one per ${formatNs(periodNs)} of ${event || 'CPU'})`,
    }
  return { short: weight === 1 ? '1 sample' : `${formatExact(weight)} samples`, long: event ? ` of ${event}` : '' }
}

/** What samples weigh, and of how many events it is made: "7 samples", "1.2 s blocked in 34 waits". */
export function amountText(
  unit: ProfileSummary['meta']['unit'],
  { weight, count }: { weight: number; count: number },
  words: FlameWords,
): string {
  if (unit === 'ns') return `${formatNs(weight)} ${eventText(count, words)}`
  if (unit === 'bytes') return `${formatBytes(weight)} ${eventText(count, words)}`
  return formatPlural(weight, unit === 'count' ? 'event' : 'sample')
}

const eventText = (count: number, { events }: FlameWords): string =>
  events ? `${events.how} ${formatCount(count)} ${count === 1 ? events.one : events.many}` : `in ${formatPlural(count, 'event')}`
