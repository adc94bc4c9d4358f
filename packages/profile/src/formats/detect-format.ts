import { PROFILE_MAGIC } from '../encode-profile.ts'
import { isFoldedLine } from '../parse-folded.ts'
import { isSampleHeader } from '../parse-perf-script.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { decodeText } from '../text-bytes.ts'

export const IMPORT_FORMATS = ['folded', 'perf-script', 'sonde'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

/** How much of a text is looked at. */
const HEAD_BYTES = 64 * 1024

/** Begins of files that people have and that are not read: what to do about each. */
const REFUSED: readonly { begin: readonly number[]; message: string }[] = [
  { begin: [0x28, 0xb5, 0x2f, 0xfd], message: 'is packed with zstd: unpack it first (gzip is unpacked here)' },
  { begin: [0xfd, 0x37, 0x7a, 0x58, 0x5a], message: 'is packed with xz: unpack it first (gzip is unpacked here)' },
  { begin: [0x42, 0x5a, 0x68], message: 'is packed with bzip2: unpack it first (gzip is unpacked here)' },
  { begin: [0x50, 0x4b, 0x03, 0x04], message: 'is a zip archive: unpack it and take the one file' },
  { begin: [0x1f, 0x8b], message: 'is packed with gzip twice: unpack it first' },
]

/**
 * What the bytes are (after gzip), by their first ones, and for text by its lines: where more of them begin a `perf script` sample
 * or stand below one than are folded stacks, it is the former. Throws `ProfileFormatError` for what is none of the formats.
 */
export function detectFormat(bytes: Uint8Array, fileName: string): ImportFormat {
  if (bytes.length === 0) throw new ProfileFormatError('is empty')
  if (beginsWith(bytes, PROFILE_MAGIC)) return 'sonde'
  const refused = REFUSED.find(({ begin }) => beginsWith(bytes, begin))
  if (refused) throw new ProfileFormatError(refused.message)
  return detectText(decodeText(bytes.subarray(0, HEAD_BYTES)).text, fileName)
}

const beginsWith = (bytes: Uint8Array, begin: ArrayLike<number>): boolean =>
  bytes.length >= begin.length && Array.from(begin).every((byte, i) => bytes[i] === byte)

function detectText(head: string, fileName: string): ImportFormat {
  let folded = 0
  let headers = 0
  let below = 0
  for (const raw of head.split('\n')) {
    const line = raw.trimEnd()
    if (line === '' || line.startsWith('#')) continue
    if (isSampleHeader(line)) headers++
    else if (headers > 0 && /^\s/.test(line)) below++
    else if (isFoldedLine(line)) folded++
  }
  if (headers > 0 && headers + below >= folded) return 'perf-script'
  if (folded > 0) return 'folded'
  if (/script|\.perf$/i.test(fileName)) throw new ProfileFormatError('has no sample of perf script in its first lines')
  throw new ProfileFormatError('is none of the formats that are read here: not one of its first lines is a folded stack or a sample')
}
