import type { OddStacks, StackReason } from '@sonde/flamegraph/react'
import type { UnitDistance } from '@sonde/stats'
import type { OddSyscalls, SyscallReason } from './odd-syscalls.ts'

/** What hosts are compared by. */
export const ODD_MEASURES = ['stacks', 'syscalls', 'errors'] as const
export type OddMeasure = (typeof ODD_MEASURES)[number]

export type OddHost = {
  hostId: string
  hostName: string
  /** By at least one measure. */
  odd: boolean
  /** How far it is, as a part of what would make it odd: by the measure in which that is most. Above 1 it is odd. */
  score: number
  distances: Record<OddMeasure, UnitDistance | null>
  samples: number | null
  calls: number | null
  reasons: OddReason[]
}
export type OddReason = ({ of: 'samples' } & StackReason) | ({ of: 'calls' } & SyscallReason)

/** Hosts by how odd they are, the furthest first. Each is judged by what it has enough of. */
export function oddHosts(stacks: OddStacks | null, syscalls: readonly OddSyscalls[]): OddHost[] {
  const rows = new Map<string, OddHost>()
  const rowOf = (hostId: string, hostName: string): OddHost => {
    const known = rows.get(hostId) ?? {
      hostId,
      hostName,
      odd: false,
      score: 0,
      distances: { stacks: null, syscalls: null, errors: null },
      samples: null,
      calls: null,
      reasons: [],
    }
    rows.set(hostId, known)
    return known
  }
  for (const { id, name, samples, reasons, ...distance } of stacks?.hosts ?? []) {
    const row = rowOf(id, name)
    row.samples = samples
    row.distances.stacks = distance
    row.reasons.push(...reasons.map((reason) => ({ of: 'samples' as const, ...reason })))
  }
  for (const { hostId, hostName, calls, mix, errors, reasons } of syscalls) {
    const row = rowOf(hostId, hostName)
    row.calls = calls
    row.distances.syscalls = mix
    row.distances.errors = errors
    row.reasons.push(...reasons.map((reason) => ({ of: 'calls' as const, ...reason })))
  }
  for (const row of rows.values()) {
    for (const measure of ODD_MEASURES) {
      const distance = row.distances[measure]
      if (!distance) continue
      row.odd ||= distance.odd
      row.score = Math.max(row.score, scoreOf(distance))
    }
  }
  return [...rows.values()].sort((a, b) => b.score - a.score || (a.hostName < b.hostName ? -1 : 1))
}

/** Beyond what chance gives on average, as a part of how far beyond it the threshold lies. */
export function scoreOf({ distance, chanceMean, threshold }: UnitDistance): number {
  const room = threshold - chanceMean
  if (room <= 0) return distance > threshold ? 2 : 0
  return Math.max(0, (distance - chanceMean) / room)
}

const measureOf = (reason: OddReason): OddMeasure => (reason.of === 'samples' ? 'stacks' : reason.errno === null ? 'syscalls' : 'errors')

/** What to say of a host: of each measure that makes it odd the largest few; of one that is not odd, the largest of all that is next to nothing. */
export function reasonsToShow({ distances, reasons, odd }: OddHost): OddReason[] {
  if (!odd) return reasons.slice(0, 1)
  return ODD_MEASURES.flatMap((measure) =>
    distances[measure]?.odd ? reasons.filter((reason) => measureOf(reason) === measure).slice(0, MAX_REASONS) : [],
  )
}
const MAX_REASONS = 3
