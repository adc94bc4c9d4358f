import { formatKey, hashText, parseKey, ROOT_HASH, stepHigh, stepLow, ZERO_HASH } from './label-hash.ts'
import type { Profile } from './profile.ts'

/**
 * A function's name in a link: a hash of name, module and kind, as a path key of one frame. Two functions are the same where
 * all three are. It depends on nothing else, so it finds the function after more samples came in, and in another capture.
 * Links keep it: it must never change.
 *
 * @returns 14 letters and digits
 */
export function frameKey(name: string, module: string, kind: number): string {
  const [label, library] = [hashText(name), hashText(module)]
  return formatKey(stepHigh(ROOT_HASH.high, label.high, library.high, kind), stepLow(ROOT_HASH.low, label.low, library.low, kind))
}

/** `frameKey` of a row of the profile's frame table. */
export function keyOfFrame(profile: Profile, frame: number): string {
  const { frames, strings } = profile
  return frameKey(strings[frames.name[frame] ?? 0] ?? '', strings[frames.module[frame] ?? 0] ?? '', frames.kind[frame] ?? 0)
}

/** The row of the profile's frame table with this key; -1 if there is none, or the text is no key. One pass over the table. */
export function findFrame(profile: Profile, key: string): number {
  const wanted = parseKey(key)
  if (wanted === null) return -1
  const { frames, strings } = profile
  const hashes = strings.map(hashText)
  for (let frame = 0; frame < frames.length; frame++) {
    const label = hashes[frames.name[frame] ?? 0] ?? ZERO_HASH
    const library = hashes[frames.module[frame] ?? 0] ?? ZERO_HASH
    const kind = frames.kind[frame] ?? 0
    if (
      stepHigh(ROOT_HASH.high, label.high, library.high, kind) === wanted.high &&
      stepLow(ROOT_HASH.low, label.low, library.low, kind) === wanted.low
    )
      return frame
  }
  return -1
}
