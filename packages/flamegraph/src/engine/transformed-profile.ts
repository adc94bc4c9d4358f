import { type Profile, type StackTransform, type TransformedProfile, transformProfile } from '@sonde/profile'

/** Of each profile, the list that was asked for last: selections and orders change more often than transforms, and several panes share them. */
const last = new WeakMap<Profile, { key: string; done: TransformedProfile }>()

/** A profile as transforms leave it; remembered until other transforms are asked for. */
export function transformedProfile(profile: Profile, transforms: readonly StackTransform[] = []): TransformedProfile {
  if (transforms.length === 0) return { profile, steps: [] }
  const key = JSON.stringify(transforms)
  const known = last.get(profile)
  if (known?.key === key) return known.done
  const done = transformProfile(profile, transforms)
  last.set(profile, { key, done })
  return done
}
