import { ProfileFormatError } from './profile-format-error.ts'

/** What a file from anyone may cost. Beyond a limit an import fails and says which; only names are cut instead, and counted. */
export type ImportLimits = {
  /** Bytes after gzip. */
  unpackedBytes: number
  /** Bytes of JSON, whose objects take many times their text in memory. */
  jsonBytes: number
  /** Distinct names of functions, modules and threads. */
  strings: number
  frames: number
  threads: number
  /** Distinct stacks, counting every stack on the way to one. */
  stacks: number
  samples: number
  /** Frames of all samples together, where a file's size does not bound them. */
  stackFrames: number
  /** UTF-16 units of one name; what is longer is cut and ends in `…`. */
  nameLength: number
}

export const IMPORT_LIMITS: ImportLimits = {
  unpackedBytes: 256 * 1024 * 1024,
  jsonBytes: 128 * 1024 * 1024,
  strings: 2_000_000,
  frames: 2_000_000,
  threads: 200_000,
  stacks: 8_000_000,
  samples: 8_000_000,
  stackFrames: 300_000_000,
  nameLength: 65_536,
}

/** Throws where one more than `limit` would be. `what` in the plural. */
export function refuseBeyond(limit: number, length: number, what: string): void {
  if (length > limit) throw new ProfileFormatError(`has more than ${limit.toLocaleString('en-US')} ${what}, the most that is read`)
}
