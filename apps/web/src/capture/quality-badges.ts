import { type CaptureSyscalls, EMPTY_QUALITY, type TargetQuality, type TargetView } from '@sonde/contract'
import { formatCount, formatExact, formatPlural, formatRate, formatShare, type Tone } from '@sonde/ui'

export type QualityBadge = {
  id: string
  tone: Tone
  label: string
  what: string
  remedy: string | null
  /** Where it comes from, the largest first, each with what would fix it. */
  causes: { what: string; remedy: string }[]
}

/** From this share on, frames without a name hide what is going on. */
const MANY_UNKNOWN = 0.05

/** What is added up over the hosts. */
const COUNTS = [
  'samples',
  'lostSamples',
  'throttled',
  'frames',
  'unknownFrames',
  'truncatedStacks',
  'syscalls',
  'lostSyscalls',
  'unmatchedSyscalls',
  'lostEvents',
  'hits',
  'overCapEvents',
  'unmatchedSpans',
] as const satisfies readonly (keyof TargetQuality)[]

/** `mapsTruncated` and `partial` count hosts; `sampledEvery` is the largest of all. */
type Sums = Record<(typeof COUNTS)[number] | 'mapsTruncated' | 'partial' | 'sampledEvery', number> & {
  notes: string[]
  braked: string[]
  unknownBy: TargetQuality['unknownBy']
  forecast: ForecastSums | null
}

/** Over the hosts that counted before they attached: events a second and cores, as predicted and as they came. */
type ForecastSums = { hits: number; cores: number; actualHits: number; actualCores: number }

function sumUp(targets: readonly TargetView[], syscalls: CaptureSyscalls | undefined): Sums {
  const sums: Sums = { ...EMPTY_QUALITY, mapsTruncated: 0, partial: 0, notes: [], braked: [], unknownBy: [], forecast: null }
  for (const target of targets) {
    const { quality } = target
    if (!quality) {
      // While it runs the host has not summed up yet; the snapshot knows a part.
      const snapshot = syscalls?.hosts.find((host) => host.hostId === target.hostId)?.snapshot
      if (!snapshot) continue
      sums.syscalls += snapshot.rows.reduce((sum, row) => sum + row.calls, 0)
      sums.lostSyscalls += snapshot.lostCalls
      sums.unmatchedSyscalls += snapshot.unmatchedExits
      sums.mapsTruncated += snapshot.truncated ? 1 : 0
      continue
    }
    for (const count of COUNTS) sums[count] += quality[count]
    sums.mapsTruncated += quality.mapsTruncated ? 1 : 0
    sums.partial += quality.partial ? 1 : 0
    for (const note of quality.notes) if (!sums.notes.includes(note)) sums.notes.push(note)
    sums.sampledEvery = Math.max(sums.sampledEvery, quality.sampledEvery)
    if (quality.braked !== null) sums.braked.push(targets.length > 1 ? `${target.hostName}: ${quality.braked}` : quality.braked)
    sums.unknownBy.push(...quality.unknownBy)
    addForecast(sums, target, quality)
  }
  return sums
}

function addForecast(sums: Sums, target: TargetView, quality: TargetQuality): void {
  const seconds = (target.recordedMs ?? 0) / 1_000
  // Where nothing was counted beforehand there is nothing to compare with.
  if (!quality.forecast || quality.forecast.countedMs === 0 || seconds === 0) return
  sums.forecast ??= { hits: 0, cores: 0, actualHits: 0, actualCores: 0 }
  sums.forecast.hits += quality.forecast.hitsPerSecond
  sums.forecast.cores += quality.forecast.cores
  sums.forecast.actualHits += (quality.hits * quality.sampledEvery + quality.overCapEvents) / seconds
  sums.forecast.actualCores += quality.tracerCpuSeconds / seconds
}

/** A forecast that was so far off deserves a look. */
const FAR_OFF = 3

function forecastBadge({ hits, cores, actualHits, actualCores }: ForecastSums): Omit<QualityBadge, 'causes'> {
  const isFarOff = actualHits > Math.max(hits, 1) * FAR_OFF
  return {
    id: 'forecast',
    tone: isFarOff ? 'warn' : 'neutral',
    label: `forecast ${formatRate(hits)}, seen ${formatRate(actualHits)}`,
    what: `In the dry count before attaching the probes fired ${formatRate(hits)}, which was to cost ${cores.toFixed(2)} cores. While recording, ${formatRate(actualHits)} met the conditions; the tracers themselves used ${actualCores.toFixed(2)} cores. A span has two firings.`,
    remedy: isFarOff ? 'The load changed after the count. The live brake watches for that, too.' : null,
  }
}

/** The largest few, the same cause on several hosts as one. */
function unknownCauses(unknownBy: Sums['unknownBy'], frames: number): QualityBadge['causes'] {
  const merged = new Map<string, { frames: number; what: string; remedy: string }>()
  for (const one of unknownBy) {
    const key = JSON.stringify([one.comm, one.module, one.reason])
    const known = merged.get(key)
    if (known) known.frames += one.frames
    else
      merged.set(key, {
        frames: one.frames,
        what: `${one.comm}${one.module === '' ? '' : `, ${one.module}`}: ${one.reason}`,
        remedy: one.remedy,
      })
  }
  return [...merged.values()]
    .sort((a, b) => b.frames - a.frames)
    .slice(0, 4)
    .map((cause) => ({ what: `${formatShare(cause.frames / Math.max(1, frames))} of all frames: ${cause.what}`, remedy: cause.remedy }))
}

const shareOf = (part: number, rest: number): string => formatShare(part / Math.max(1, part + rest))

/** What a reader must know about the data, over all hosts. Nothing is said about what is zero. */
export function qualityBadges(targets: readonly TargetView[], syscalls: CaptureSyscalls | undefined): QualityBadge[] {
  const sums = sumUp(targets, syscalls)
  const badges: QualityBadge[] = []
  const add = ({ causes = [], ...badge }: Omit<QualityBadge, 'causes'> & Partial<Pick<QualityBadge, 'causes'>>) =>
    badges.push({ ...badge, causes })
  if (sums.partial > 0) {
    add({
      id: 'partial',
      tone: 'warn',
      label: 'partial',
      what: `On ${formatPlural(sums.partial, 'host')} the recording ended before its time. What is shown is real, but not all of it.`,
      remedy: 'The host’s line says why. Run it again for the whole.',
    })
  }
  if (sums.braked.length > 0) {
    add({
      id: 'braked',
      tone: 'warn',
      label: 'stopped early',
      what: `The live brake detached the probes before the time was over. What was recorded until then is here.\n${sums.braked.slice(0, 5).join('\n')}`,
      remedy: 'Filter by process, add a condition, or pick a rarer probe. The budget stands in /etc/sonde/policy.yaml on the host.',
    })
  }
  if (sums.sampledEvery > 1) {
    add({
      id: 'sampled',
      tone: 'warn',
      label: `1 in ${formatExact(sums.sampledEvery)}`,
      what: `Only one in ${formatExact(sums.sampledEvery)} events was recorded, by chance, so that the host stays within its budget. Counts and latencies are scaled up by that, so they are estimates; rows of events are not, the others are in no row.`,
      remedy: 'Filter by process or add a condition to record every event.',
    })
  }
  if (sums.overCapEvents > 0) {
    add({
      id: 'over-cap',
      tone: 'warn',
      label: `${formatCount(sums.overCapEvents)} over the cap`,
      what: `${formatExact(sums.overCapEvents)} events came on top of the rows that a capture keeps. They were counted, not kept.`,
      remedy: 'Add a condition, filter by process, or raise the caps of the capture.',
    })
  }
  if (sums.lostSamples > 0) {
    add({
      id: 'lost-samples',
      tone: 'warn',
      label: `${formatCount(sums.lostSamples)} samples lost`,
      what: `The kernel could not hand over ${formatExact(sums.lostSamples)} samples (${shareOf(sums.lostSamples, sums.samples)}) in time. The flame graph misses them.`,
      remedy: 'Lower the sampling rate, or record one process instead of the whole host.',
    })
  }
  if (sums.throttled > 0) {
    add({
      id: 'throttled',
      tone: 'warn',
      label: `throttled ${formatCount(sums.throttled)}×`,
      what: 'The kernel paused the sampling since it took too much time. Busy moments are underrepresented.',
      remedy: 'Lower the sampling rate.',
    })
  }
  if (sums.unknownFrames > 0) {
    const share = sums.unknownFrames / Math.max(1, sums.frames)
    add({
      id: 'unknown-symbols',
      tone: share >= MANY_UNKNOWN ? 'warn' : 'neutral',
      label: `${formatShare(share)} unknown`,
      what: `${formatExact(sums.unknownFrames)} of ${formatExact(sums.frames)} frames have no name. They are shown as [unknown].`,
      remedy:
        sums.unknownBy.length > 0
          ? null
          : 'Native code: install its debug symbols, build with frame pointers. Node: --perf-basic-prof. Java: -XX:+PreserveFramePointer.',
      causes: unknownCauses(sums.unknownBy, sums.frames),
    })
  }
  if (sums.truncatedStacks > 0) {
    add({
      id: 'truncated-stacks',
      tone: 'warn',
      label: `${formatPlural(sums.truncatedStacks, 'stack')} cut`,
      what: 'These stacks are deeper than the kernel’s limit of 127 frames. Their outermost callers are missing, so they start in mid-air.',
      remedy: 'Raise kernel.perf_event_max_stack on the host.',
    })
  }
  if (sums.lostSyscalls > 0) {
    add({
      id: 'lost-syscalls',
      tone: 'warn',
      label: `${formatCount(sums.lostSyscalls)} syscalls lost`,
      what: `${formatExact(sums.lostSyscalls)} system calls (${shareOf(sums.lostSyscalls, sums.syscalls)}) fitted in no map of the tracer and are in no row.`,
      remedy: 'Record one process, or a cgroup, instead of the whole host.',
    })
  }
  if (sums.mapsTruncated > 0) {
    add({
      id: 'truncated-maps',
      tone: 'warn',
      label: 'maps full',
      what: `On ${formatPlural(sums.mapsTruncated, 'host')} a map of the tracer reached its size limit. Rows may be missing.`,
      remedy: 'Record one process, or a cgroup, instead of the whole host.',
    })
  }
  if (sums.lostEvents > 0) {
    add({
      id: 'lost-events',
      tone: 'warn',
      label: `${formatCount(sums.lostEvents)} events lost`,
      what: `The tracer’s own record says that it lost ${formatExact(sums.lostEvents)} events.`,
      remedy: 'Record less: one process, or for a shorter time.',
    })
  }
  if (sums.unmatchedSyscalls > 0) {
    add({
      id: 'unmatched-syscalls',
      tone: 'neutral',
      label: `${formatCount(sums.unmatchedSyscalls)} unmatched`,
      what: `${formatExact(sums.unmatchedSyscalls)} system calls were already under way when the probes were attached. They were seen to end, could not be timed, and are in no row.`,
      remedy: 'Nothing is wrong: it happens at every start.',
    })
  }
  if (sums.unmatchedSpans > 0) {
    add({
      id: 'unmatched-spans',
      tone: 'neutral',
      label: `${formatCount(sums.unmatchedSpans)} spans unmatched`,
      what: `${formatExact(sums.unmatchedSpans)} spans ended whose beginning was not seen: they were under way when the probes were attached. They could not be timed, and are in no row.`,
      remedy: 'A few are normal at every start. Many mean that start and end do not belong together, or that a map was full.',
    })
  }
  if (sums.forecast) add(forecastBadge(sums.forecast))
  if (sums.notes.length > 0) {
    add({ id: 'notes', tone: 'neutral', label: formatPlural(sums.notes.length, 'note'), what: sums.notes.join('\n'), remedy: null })
  }
  return badges
}
