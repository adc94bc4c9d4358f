import type { CollectorId } from './instrument.ts'

/**
 * Kinds of result chunk, one for each collector.
 * - profile (`stacks`), offcpu: gzip'd profiles (docs/formats/profile.md), deltas to be merged; offcpu weighs in ns.
 * - syscalls: JSON, cumulative: the chunk with the highest seq is the whole truth so far.
 * - counts, latency, events, counters (`pmu`): JSON, deltas: slices of time or rows to be put one after the other.
 */
export const CHUNK_KINDS = ['profile', 'syscalls', 'offcpu', 'counts', 'latency', 'events', 'counters'] as const
export const CHUNK_KIND_OF = {
  stacks: 'profile',
  syscalls: 'syscalls',
  offcpu: 'offcpu',
  counts: 'counts',
  latency: 'latency',
  events: 'events',
  pmu: 'counters',
} as const satisfies Record<CollectorId, (typeof CHUNK_KINDS)[number]>

export type ChunkKind = (typeof CHUNK_KINDS)[number]
