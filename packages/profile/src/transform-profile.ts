import type { Profile, SampleTable } from './profile.ts'
import type { StackTransform } from './transform.ts'
import { DROPPED, NO_FRAMES, transformStacks } from './transform-stacks.ts'

/** What became of one transform of the list. */
export type TransformStep = {
  /** Of the target: function and library; both '' where it was not found. For a library both are its name. */
  name: string
  module: string
  /** Not found: there is no such function, library or place in what the transforms before it left. Nothing was changed. */
  isFound: boolean
}

export type TransformedProfile = {
  /** The same tables of strings, hosts and threads; the profile itself where no transform found its target. */
  profile: Profile
  /** One for each transform. */
  steps: TransformStep[]
}

/**
 * A profile as the transforms, applied in order, leave it. Works per distinct stack; samples are only translated at the end, and
 * those that were dropped left out. Without a dropping transform every sample keeps its weight, even where no frame is left of it.
 */
export function transformProfile(profile: Profile, transforms: readonly StackTransform[]): TransformedProfile {
  let { frames, stacks } = profile
  let rowOf: Int32Array | null = null
  let isEmptyDropped = false
  const steps: TransformStep[] = []
  for (const transform of transforms) {
    const done = transformStacks({ strings: profile.strings, frames, stacks }, transform)
    if (done === null) {
      steps.push({ name: '', module: '', isFound: false })
      continue
    }
    const module = profile.strings[frames.module[done.target] ?? 0] ?? ''
    const name = 'module' in transform ? module : (profile.strings[frames.name[done.target] ?? 0] ?? '')
    steps.push({ name, module, isFound: true })
    rowOf = rowOf === null ? done.rowOf : chain(rowOf, done.rowOf, done.isEmptyDropped)
    isEmptyDropped ||= done.isEmptyDropped
    frames = done.frames
    stacks = done.stacks
  }
  if (rowOf === null) return { profile, steps }
  return { profile: { ...profile, frames, stacks, samples: translateSamples(profile.samples, rowOf, isEmptyDropped) }, steps }
}

/** `next` after `first`. */
function chain(first: Int32Array, next: Int32Array, isEmptyDropped: boolean): Int32Array {
  const out = new Int32Array(first.length)
  for (let row = 0; row < first.length; row++) {
    const middle = first[row] ?? DROPPED
    if (middle >= 0) out[row] = next[middle] ?? DROPPED
    else out[row] = middle === NO_FRAMES && !isEmptyDropped ? NO_FRAMES : DROPPED
  }
  return out
}

function translateSamples(samples: SampleTable, rowOf: Int32Array, isEmptyDropped: boolean): SampleTable {
  const stack = new Int32Array(samples.length)
  let kept = 0
  for (let i = 0; i < samples.length; i++) {
    const row = samples.stack[i] ?? NO_FRAMES
    const now = row >= 0 ? (rowOf[row] ?? DROPPED) : isEmptyDropped ? DROPPED : NO_FRAMES
    stack[i] = now
    if (now !== DROPPED) kept++
  }
  if (kept === samples.length) return { ...samples, stack }
  const out: SampleTable = {
    length: kept,
    stack: new Int32Array(kept),
    thread: new Uint32Array(kept),
    timeUs: new Float64Array(kept),
    weight: new Float64Array(kept),
    count: new Float64Array(kept),
  }
  let at = 0
  for (let i = 0; i < samples.length; i++) {
    const now = stack[i] ?? DROPPED
    if (now === DROPPED) continue
    out.stack[at] = now
    out.thread[at] = samples.thread[i] ?? 0
    out.timeUs[at] = samples.timeUs[i] ?? 0
    out.weight[at] = samples.weight[i] ?? 0
    out.count[at] = samples.count[i] ?? 1
    at++
  }
  return out
}
