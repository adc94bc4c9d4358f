import { FRAME_KIND, type FrameKind, type Profile } from './profile.ts'
import { MAX_EXACT, MAX_STACK_DEPTH, ProfileBuilder, UNKNOWN_NAME } from './profile-builder.ts'
import { ProfileFormatError } from './profile-format-error.ts'

export type FoldedImport = {
  profile: Profile
  /** Lines that are neither blank nor `stack weight`: how many, and the numbers (from 1) of the first ten. */
  invalidLines: { count: number; first: number[] }
}

/**
 * Folded stacks, `outer;inner weight` a line, as flame graph tools write them → profile without times, one sample a line.
 * Bytes may be UTF-8 or, with a byte order mark, UTF-16 of either order; lines may end in CR LF. Frames ending in `_[k]`, `_[j]`
 * and `_[i]` get that kind. The first frame is often a process name, but nothing in the format says so: it stays a frame.
 * Throws `ProfileFormatError` where there are lines but not one of them is a stack.
 */
export function importFolded(input: string | Uint8Array): FoldedImport {
  const text = typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeText(input)
  const builder = new ProfileBuilder({ unit: 'count', timed: false })
  const thread = builder.addThread(builder.addHost('', ''), -1, -1, '')
  const invalidLines: FoldedImport['invalidLines'] = { count: 0, first: [] }
  let lineNumber = 0
  for (const raw of text.split('\n')) {
    lineNumber++
    const line = raw.trimEnd()
    if (line === '') continue
    const parsed = splitWeight(line)
    const names = parsed?.stack.split(';') ?? []
    if (!parsed || names.length > MAX_STACK_DEPTH) {
      invalidLines.count++
      if (invalidLines.first.length < 10) invalidLines.first.push(lineNumber)
      continue
    }
    let stack = -1
    for (const name of names) stack = builder.addStack(stack, addFrame(builder, name))
    builder.addSample(stack, thread, 0, parsed.weight)
  }
  if (builder.sampleCount === 0 && invalidLines.count > 0)
    throw new ProfileFormatError('not one line is a folded stack: `outer;inner weight`')
  return { profile: builder.build(), invalidLines }
}

/** As `importFolded`, the profile alone. */
export function parseFolded(input: string | Uint8Array): Profile {
  return importFolded(input).profile
}

/** The weight stands after the last blank; the names before it may hold blanks themselves. */
function splitWeight(line: string): { stack: string; weight: number } | null {
  const at = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t'))
  const digits = line.slice(at + 1)
  const stack = line.slice(0, Math.max(0, at)).trim()
  if (stack === '' || !/^\d{1,16}(?:\.\d{1,20})?$/.test(digits)) return null
  const weight = Number(digits)
  return weight <= MAX_EXACT ? { stack, weight } : null
}

const KIND_BY_MARK: Record<string, FrameKind> = { '_[k]': FRAME_KIND.kernel, '_[j]': FRAME_KIND.jit, '_[i]': FRAME_KIND.inlined }

function addFrame(builder: ProfileBuilder, text: string): number {
  if (text === UNKNOWN_NAME) return builder.addFrame(UNKNOWN_NAME, '', FRAME_KIND.unknown)
  const kind = KIND_BY_MARK[text.slice(-4)]
  if (kind === undefined || text.length === 4) return builder.addFrame(text, '', FRAME_KIND.user)
  return builder.addFrame(text.slice(0, -4), '', kind)
}

function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16le').decode(swapPairs(bytes))
  return new TextDecoder('utf-8').decode(bytes)
}

/** Big-endian UTF-16 as little-endian: not every runtime's TextDecoder knows the former. */
function swapPairs(bytes: Uint8Array): Uint8Array {
  const swapped = bytes.slice(0, bytes.length - (bytes.length % 2))
  for (let i = 0; i + 1 < swapped.length; i += 2) {
    swapped[i] = bytes[i + 1] ?? 0
    swapped[i + 1] = bytes[i] ?? 0
  }
  return swapped
}
