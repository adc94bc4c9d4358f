import type { TargetQuality } from './capture-result.ts'

/** Of a target that has said nothing yet. */
export const EMPTY_QUALITY: TargetQuality = {
  samples: 0,
  lostSamples: 0,
  throttled: 0,
  frames: 0,
  unknownFrames: 0,
  truncatedStacks: 0,
  syscalls: 0,
  lostSyscalls: 0,
  unmatchedSyscalls: 0,
  mapsTruncated: false,
  lostEvents: 0,
  sampledEvent: null,
  tracerCpuSeconds: 0,
  partial: false,
  hits: 0,
  overCapEvents: 0,
  unmatchedSpans: 0,
  sampledEvery: 1,
  braked: null,
  forecast: null,
  unknownBy: [],
  notes: [],
}
