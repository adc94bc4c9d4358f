import { type Profile, type SampleSelection, type StackTransform, selectionTotals, type TransformStep } from '@sonde/profile'
import { transformedProfile } from './transformed-profile.ts'

/** What a list of transforms did to a selection. */
export type AppliedTransforms = {
  transforms: readonly StackTransform[]
  /** One for each. */
  steps: TransformStep[]
  /** What was dropped of the selection, and what it was: weight in the profile's unit, and events. */
  dropped: { weight: number; count: number }
  selected: { weight: number; count: number }
}

export function appliedTransforms(
  profile: Profile,
  { transforms, selection }: { transforms: readonly StackTransform[]; selection: SampleSelection },
): AppliedTransforms {
  const done = transformedProfile(profile, transforms)
  const selected = selectionTotals(profile, selection)
  const kept = selectionTotals(done.profile, selection)
  const dropped = { weight: selected.weight - kept.weight, count: selected.count - kept.count }
  return { transforms, steps: done.steps, dropped, selected }
}
