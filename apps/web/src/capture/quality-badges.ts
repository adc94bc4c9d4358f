import { type CaptureSyscalls, EMPTY_QUALITY, type TargetQuality, type TargetView } from '@sonde/contract'
import { formatCount, formatExact, formatPlural, formatShare, type Tone } from '@sonde/ui'

export type QualityBadge = { id: string; tone: Tone; label: string; what: string; remedy: string | null }

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
] as const satisfies readonly (keyof TargetQuality)[]

/** `mapsTruncated` and `partial` count hosts. */
type Sums = Record<(typeof COUNTS)[number] | 'mapsTruncated' | 'partial', number> & { notes: string[] }

function sumUp(targets: readonly TargetView[], syscalls: CaptureSyscalls | undefined): Sums {
  const sums: Sums = { ...EMPTY_QUALITY, mapsTruncated: 0, partial: 0, notes: [] }
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
  }
  return sums
}

const shareOf = (part: number, rest: number): string => formatShare(part / Math.max(1, part + rest))

/** What a reader must know about the data, over all hosts. Nothing is said about what is zero. */
export function qualityBadges(targets: readonly TargetView[], syscalls: CaptureSyscalls | undefined): QualityBadge[] {
  const sums = sumUp(targets, syscalls)
  const badges: QualityBadge[] = []
  const add = (badge: QualityBadge) => badges.push(badge)
  if (sums.partial > 0) {
    add({
      id: 'partial',
      tone: 'warn',
      label: 'partial',
      what: `On ${formatPlural(sums.partial, 'host')} the recording ended before its time. What is shown is real, but not all of it.`,
      remedy: 'The host’s line says why. Run it again for the whole.',
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
        'Native code: install its debug symbols, build with frame pointers. Node: --perf-basic-prof. Java: -XX:+PreserveFramePointer.',
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
      what: `On ${formatPlural(sums.mapsTruncated, 'host')} a map of the tracer reached its size limit. Rows may be missing from the syscall table.`,
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
  if (sums.notes.length > 0) {
    add({ id: 'notes', tone: 'neutral', label: formatPlural(sums.notes.length, 'note'), what: sums.notes.join('\n'), remedy: null })
  }
  return badges
}
