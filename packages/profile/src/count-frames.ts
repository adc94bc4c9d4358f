import { FRAME_KIND, type Profile } from './profile.ts'

/** Frames over all samples, and how many of them have no name. Where weights count samples, a row of weight 3 counts its stack three times. */
export function countFrames({ meta, samples, stacks, frames }: Profile): { frames: number; unknownFrames: number } {
  const depth = new Uint32Array(stacks.length)
  const unknown = new Uint32Array(stacks.length)
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] ?? -1
    const isUnknown = frames.kind[stacks.frame[i] ?? 0] === FRAME_KIND.unknown
    depth[i] = (parent === -1 ? 0 : (depth[parent] ?? 0)) + 1
    unknown[i] = (parent === -1 ? 0 : (unknown[parent] ?? 0)) + (isUnknown ? 1 : 0)
  }
  const sums = { frames: 0, unknownFrames: 0 }
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] ?? -1
    if (stack === -1) continue
    const times = meta.unit === 'samples' ? (samples.weight[i] ?? 0) : 1
    sums.frames += times * (depth[stack] ?? 0)
    sums.unknownFrames += times * (unknown[stack] ?? 0)
  }
  return sums
}
