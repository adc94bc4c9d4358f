import { mergeProfiles } from './merge-profiles.ts'
import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** `rest`: all hosts but the one that is named. */
export type SideSelection = SampleSelection & { rest?: boolean | undefined }

export type ComparedSide = { profile: Profile; selection: SideSelection }

/** Ids of the two hosts that a profile of two sides has. */
export const SIDE_IDS = { a: 'a', b: 'b' } as const

/**
 * One profile of two sides of a comparison, to be drawn and searched as one: all that side A selects is on host `a`, all of B on host `b`.
 * Times are each side's own, from its capture's beginning, and processes of hosts of one side that have the same pid are one: a comparison
 * has no rows for them.
 *
 * @throws ProfileMergeError where the sides count different things
 */
export function twoSides(a: ComparedSide, b: ComparedSide): Profile {
  return mergeProfiles([asOneHost(a, SIDE_IDS.a), asOneHost(b, SIDE_IDS.b)])
}

/** As `selectSamples`, and the rest of a host. */
export function selectSide(profile: Profile, { rest, ...selection }: SideSelection): ReturnType<typeof selectSamples> {
  if (!rest || selection.hostId === undefined) return selectSamples(profile, selection)
  const { hostId, ...others } = selection
  const selected = selectSamples(profile, others)
  const { hosts, threads } = profile
  for (let i = 0; i < threads.length; i++) if (hosts.id[threads.host[i] ?? 0] === hostId) selected.keptThreads[i] = 0
  return selected
}

/** Shares the tables that stay as they are. */
function asOneHost({ profile, selection }: ComparedSide, id: string): Profile {
  const { threads, samples } = profile
  const { keptThreads, from, to } = selectSide(profile, selection)
  const kept: number[] = []
  for (let i = from; i < to; i++) if (keptThreads[samples.thread[i] ?? 0] === 1) kept.push(i)
  const column = (of: ArrayLike<number>, missing: number) => Float64Array.from(kept, (i) => of[i] ?? missing)
  return {
    ...profile,
    // Sides are of different days: each begins at 0.
    meta: { ...profile.meta, startMs: 0 },
    hosts: { length: 1, id: [id], name: [id.toUpperCase()] },
    threads: { ...threads, host: new Uint32Array(threads.length) },
    samples: {
      length: kept.length,
      stack: Int32Array.from(kept, (i) => samples.stack[i] ?? -1),
      thread: Uint32Array.from(kept, (i) => samples.thread[i] ?? 0),
      timeUs: column(samples.timeUs, 0),
      weight: column(samples.weight, 0),
      count: column(samples.count, 1),
    },
  }
}
