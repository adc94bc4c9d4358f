import { PROFILE_MAGIC } from '../encode-profile.ts'
import { isFoldedLine } from '../parse-folded.ts'
import { isSampleHeader } from '../parse-perf-script.ts'
import { MAGIC as PERF_DATA_MAGIC } from '../perf-data/record-types.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { decodeText } from '../text-bytes.ts'
import { WIRE } from './protobuf-reader.ts'

export const IMPORT_FORMATS = ['folded', 'perf-script', 'perf-data', 'pprof', 'speedscope', 'sonde'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

/** How much of a text is looked at, and then to the end of the line. */
const HEAD_BYTES = 64 * 1024
const LINE_FEED = 0x0a

/** Begins of files that people have and that are not read: what to do about each. */
const REFUSED: readonly { begin: readonly number[]; message: string }[] = [
  { begin: [0x28, 0xb5, 0x2f, 0xfd], message: 'is packed with zstd: unpack it first (gzip is unpacked here)' },
  { begin: [0xfd, 0x37, 0x7a, 0x58, 0x5a], message: 'is packed with xz: unpack it first (gzip is unpacked here)' },
  { begin: [0x42, 0x5a, 0x68], message: 'is packed with bzip2: unpack it first (gzip is unpacked here)' },
  { begin: [0x50, 0x4b, 0x03, 0x04], message: 'is a zip archive: unpack it and take the one file' },
  { begin: [0x32, 0x45, 0x4c, 0x49, 0x46, 0x52, 0x45, 0x50], message: 'is perf.data of a big-endian machine, which is not read' },
  { begin: [0x50, 0x45, 0x52, 0x46, 0x46, 0x49, 0x4c, 0x45], message: 'is perf.data of version 1, of perf before 2009, which is not read' },
  { begin: [0x1f, 0x8b], message: 'is packed with gzip twice: unpack it first' },
]

/**
 * What the bytes are (after gzip), by their first ones, and for text by its lines: where more of them begin a `perf script` sample
 * or stand below one than are folded stacks, it is the former. Throws `ProfileFormatError` for what is none of the formats.
 */
export function detectFormat(bytes: Uint8Array, fileName: string): ImportFormat {
  if (bytes.length === 0) throw new ProfileFormatError('is empty')
  if (beginsWith(bytes, PROFILE_MAGIC)) return 'sonde'
  if (beginsWith(bytes, PERF_DATA_MAGIC)) return 'perf-data'
  const refused = REFUSED.find(({ begin }) => beginsWith(bytes, begin))
  if (refused) throw new ProfileFormatError(refused.message)
  if (String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar')
    throw new ProfileFormatError('is a tar archive: unpack it and take the one file')
  if (looksLikePprof(bytes)) return 'pprof'
  const lineEnd = bytes.indexOf(LINE_FEED, HEAD_BYTES)
  const head = decodeText(lineEnd < 0 ? bytes : bytes.subarray(0, lineEnd)).text
  // Its content says which JSON it is; there is one that is read.
  return /^\s*\{/.test(head) ? 'speedscope' : detectText(head, fileName)
}

const beginsWith = (bytes: Uint8Array, begin: ArrayLike<number>): boolean =>
  bytes.length >= begin.length && Array.from(begin).every((byte, i) => bytes[i] === byte)

/** A field of pprof's outermost message, and among the first bytes one that no text has: lengths and small numbers are such. */
function looksLikePprof(bytes: Uint8Array): boolean {
  const field = (bytes[0] ?? 0) >>> 3
  const wire = (bytes[0] ?? 0) & 7
  if (field < 1 || field > 15 || (wire !== WIRE.varint && wire !== WIRE.bytes)) return false
  return bytes.subarray(0, 4096).some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x1b))
}

function detectText(head: string, fileName: string): ImportFormat {
  let folded = 0
  let commented = 0
  let headers = 0
  let below = 0
  for (const raw of head.split('\n')) {
    const line = raw.trimEnd()
    if (line === '') continue
    // A comment of perf script; a folded stack may begin so.
    if (line.startsWith('#')) {
      if (isFoldedLine(line)) commented++
      continue
    }
    const isHeader = isSampleHeader(line)
    const isBelow = !isHeader && headers > 0 && /^\s/.test(line)
    if (isHeader) headers++
    if (isBelow) below++
    // A line may be a header as well: where all are, the file's name decides.
    else if (isFoldedLine(line)) folded++
  }
  const isFolded = /fold|collapse/i.test(fileName) ? folded >= headers + below : folded > headers + below
  if (headers > 0 && !isFolded) return 'perf-script'
  if (folded + commented > 0) return 'folded'
  if (/script|\.perf$/i.test(fileName)) throw new ProfileFormatError('has no sample of perf script in its first lines')
  throw new ProfileFormatError('is none of the formats that are read here: not one of its first lines is a folded stack or a sample')
}
