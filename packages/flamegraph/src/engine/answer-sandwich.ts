import { findFrame, type Profile, type SampleSelection, type Sandwich, type StackTransform, sandwich } from '@sonde/profile'
import { type FlameModel, flameModelOf } from './flame-model.ts'
import { transformedProfile } from './transformed-profile.ts'

export type SandwichQuestion = {
  selection: SampleSelection
  transforms?: readonly StackTransform[] | undefined
  /** frameKey */
  function: string
}

/** Callers and callees of a function, ready to draw. */
export type SandwichAnswer = Omit<Sandwich, 'callers' | 'callees'> & {
  /** Cut after 4,096 characters. As they came from the host: not yet safe to show. */
  name: string
  module: string
  /** FRAME_KIND */
  kind: number
  callers: FlameModel
  callees: FlameModel
}

const MAX_NAME = 4096

/** Null where the profile has no function of this key. One that it has, but not in the selection, has a total of 0. */
export function answerSandwich(profile: Profile, question: SandwichQuestion): SandwichAnswer | null {
  const of = transformedProfile(profile, question.transforms).profile
  const frame = findFrame(of, question.function)
  if (frame < 0) return null
  const { callers, callees, ...sums } = sandwich(of, question.selection, frame)
  return {
    ...sums,
    name: (of.strings[of.frames.name[frame] ?? 0] ?? '').slice(0, MAX_NAME),
    module: (of.strings[of.frames.module[frame] ?? 0] ?? '').slice(0, MAX_NAME),
    kind: of.frames.kind[frame] ?? 0,
    callers: flameModelOf(callers),
    callees: flameModelOf(callees),
  }
}
