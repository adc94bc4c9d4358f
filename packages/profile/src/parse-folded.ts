import type { ImportLimits } from './import-limits.ts'
import { FRAME_KIND, type FrameKind, type Profile } from './profile.ts'
import { MAX_EXACT, MAX_STACK_DEPTH, ProfileBuilder, UNKNOWN_NAME } from './profile-builder.ts'
import { ProfileFormatError } from './profile-format-error.ts'
import { decodeText } from './text-bytes.ts'

export type FoldedImport = {
  profile: Profile
  /** Lines that are neither blank nor `stack weight`: how many, and the numbers (from 1) of the first ten. */
  invalidLines: { count: number; first: number[] }
  /** Names that were longer than the limits allow. */
  cutNames: number
}

/**
 * Folded stacks, `outer;inner weight` a line, as flame graph tools write them → profile without times, one sample a line.
 * Bytes may be UTF-8 or, with a byte order mark, UTF-16 of either order; lines may end in CR LF. Frames ending in `_[k]`, `_[j]`
 * and `_[i]` get that kind. The first frame is often a process name, but nothing in the format says so: it stays a frame.
 * Throws `ProfileFormatError` where there are lines but not one of them is a stack, and beyond `limits`.
 */
export function importFolded(input: string | Uint8Array, limits: Partial<ImportLimits> = {}): FoldedImport {
  const text = typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeText(input).text
  const builder = new ProfileBuilder({ unit: 'count', timed: false }, limits)
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
  return { profile: builder.build(), invalidLines, cutNames: builder.cutNames }
}

/** As `importFolded`, the profile alone. */
export function parseFolded(input: string | Uint8Array): Profile {
  return importFolded(input).profile
}

/** Whether the line can be read as a folded stack. */
export const isFoldedLine = (line: string): boolean => splitWeight(line) !== null

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
