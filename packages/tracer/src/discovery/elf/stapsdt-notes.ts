import { type ElfFile, type ElfNote, textAt, unsigned64, viewOf } from './elf-file.ts'

export type UsdtArgument = {
  /** Bytes of the value; 8 where the note does not say. */
  size: number
  signed: boolean
  /** Where the value is, in the assembler's words: `%rbx`, `-8(%rbp)`, `$1`, `[sp, 16]`. */
  location: string
}

/** One place where a USDT probe stands in the code. A probe may have several. */
export type UsdtSite = {
  provider: string
  name: string
  /** File offset of the instruction to probe. */
  offset: number
  /** File offset of the counter that turns the probe's preparations on while it is above zero; null where there is none. */
  semaphoreOffset: number | null
  /** The note's own text, and what it says. */
  argumentText: string
  arguments: UsdtArgument[]
}

export type UsdtSites = {
  sites: UsdtSite[] /** Notes that make no sense: cut, unnamed, or of an address outside of the code. */
  skipped: number
}

const TYPE_PROBE = 3
const MAX_ARGUMENTS = 12
const WORD = /^[\x21-\x7e]{1,128}$/
/** An optional size, negative for signed (`f`: floating point), and a location; arm64's brackets hold spaces. */
const ARGUMENT = /(?:(-?)(\d{1,2})f?@)?((?:\[[^\][]*\]|[^\s[])+)/g

/**
 * The USDT probes of a file, out of its `.note.stapsdt` notes (SystemTap wiki: UserSpaceProbeImplementation). Addresses were written at
 * link time; where prelink moved the file later, `.stapsdt.base` has moved with it, and the difference is added.
 */
export function readUsdtSites(elf: ElfFile): UsdtSites {
  const base = elf.section('.stapsdt.base')?.address
  const sites: UsdtSite[] = []
  let skipped = 0
  for (const note of elf.notes('stapsdt')) {
    const site = note.type === TYPE_PROBE ? readSite(elf, note, base) : null
    if (site === null) skipped++
    else sites.push(site)
  }
  return { sites, skipped }
}

function readSite(elf: ElfFile, note: ElfNote, base: number | undefined): UsdtSite | null {
  if (note.description.length < 24) return null
  const view = viewOf(note.description)
  const [location = 0, linkBase = 0, semaphore = 0] = [0, 8, 16].map((at) => unsigned64(view, at))
  const moved = base === undefined || linkBase === 0 ? 0 : base - linkBase
  const text = note.description.subarray(24)
  const provider = textAt(text, 0)
  const name = textAt(text, provider.length + 1)
  const argumentText = textAt(text, provider.length + name.length + 2)
  const offset = elf.fileOffset(location + moved, { executable: true })
  if (offset === null || !WORD.test(provider) || !WORD.test(name)) return null
  const semaphoreOffset = semaphore === 0 ? null : elf.fileOffset(semaphore + moved)
  // A probe whose semaphore cannot be raised never fires. The kernel takes 32 bits for its place.
  if (semaphore !== 0 && (semaphoreOffset === null || semaphoreOffset > 0xffffffff)) return null
  return {
    provider,
    name,
    offset,
    semaphoreOffset,
    argumentText: argumentText.slice(0, 1_024),
    arguments: parseUsdtArguments(argumentText),
  }
}

/** `-4@$1 8@%rbx` → two arguments. What cannot be read ends the list, since an argument's number is its place. */
export function parseUsdtArguments(text: string): UsdtArgument[] {
  const found: UsdtArgument[] = []
  for (const [, sign = '', size, location = ''] of text.slice(0, 1_024).matchAll(ARGUMENT)) {
    if (found.length >= MAX_ARGUMENTS || ![undefined, '1', '2', '4', '8'].includes(size)) break
    found.push({ size: Number(size ?? 8), signed: sign === '-', location })
  }
  return found
}
