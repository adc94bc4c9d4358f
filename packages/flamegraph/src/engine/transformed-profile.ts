import { type Profile, type StackTransform, transformProfile } from '@sonde/profile'

/** The last list of transforms that was asked for, of each profile: several panes ask about the same one. */
const last = new WeakMap<Profile, { key: string; profile: Profile }>()

/** A profile as transforms leave it; remembered until other transforms are asked for. */
export function transformedProfile(profile: Profile, transforms: readonly StackTransform[] = []): Profile {
  if (transforms.length === 0) return profile
  const key = JSON.stringify(transforms)
  const known = last.get(profile)
  if (known?.key === key) return known.profile
  const transformed = transformProfile(profile, transforms).profile
  last.set(profile, { key, profile: transformed })
  return transformed
}
