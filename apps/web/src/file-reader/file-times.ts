import { IMPORTED_FILE_LIMITS } from '@sonde/contract'
import type { Profile } from '@sonde/profile'

/**
 * A file's profile with times that a capture can hold: the first sample at 0 or later, a start that is a date, a length that covers the
 * last sample. A start that is no date is dropped.
 */
export function withFileTimes(profile: Profile): Profile {
  const { meta, samples } = profile
  if (!meta.timed) return { ...profile, meta: { ...meta, startMs: dateOr0(meta.startMs), durationMs: spanOr0(meta.durationMs) } }
  const firstUs = samples.timeUs[0] ?? 0
  const shiftUs = firstUs < 0 ? -firstUs : 0
  const timeUs = shiftUs === 0 ? samples.timeUs : samples.timeUs.map((at) => at + shiftUs)
  const lastMs = (timeUs.at(-1) ?? 0) / 1_000
  const startMs = dateOr0(meta.startMs)
  return {
    ...profile,
    meta: {
      ...meta,
      startMs: startMs === 0 ? 0 : Math.max(1, startMs - shiftUs / 1_000),
      durationMs: Math.max(spanOr0(meta.durationMs), lastMs),
    },
    samples: { ...samples, timeUs },
  }
}

const dateOr0 = (ms: number): number => (ms > 0 && ms <= IMPORTED_FILE_LIMITS.latestStartMs ? ms : 0)
const spanOr0 = (ms: number): number => (ms > 0 && ms <= Number.MAX_SAFE_INTEGER ? ms : 0)
