import { type ElfFile, type ElfSection, SECTION_TYPE, textAt, unsigned64, viewOf } from './elf-file.ts'

export type ElfFunction = {
  /** As in the symbol table (mangled), without a version. */
  name: string
  /** Where its first instruction lies in the file, and its length; both in bytes. Length 0: the file does not say. */
  offset: number
  size: number
  /** As linked: where the file would lie if it were loaded as it says. */
  address: number
  /** An indirect function (STT_GNU_IFUNC): the address is that of its resolver, which runs once, not of the function. */
  indirect: boolean
  /** In the dynamic symbol table, so that it is there in a stripped file too. */
  exported: boolean
}

export type ElfFunctions = {
  /** Sorted by name, then by offset; each pair once. */
  functions: ElfFunction[]
  /** Symbols of functions that are left out: a name that cannot be printed, an address that no segment of code covers. */
  skipped: number
  /** More than the limit: the rest is missing. */
  truncated: boolean
}

const SYMBOL_BYTES = 24
const TYPE_FUNCTION = 2
const TYPE_INDIRECT = 10
const PRINTABLE = /^[\x21-\x7e]+$/
/** A file has one table of each sort. Their sections may overlap, so that a small file could have a hundred thousand large ones. */
const MAX_TABLES = 4
/** Symbols that are looked at in one table: a browser with all its symbols has two million. */
const MAX_SYMBOLS = 4_000_000

export type SymbolLimits = { maxFunctions: number; maxNameLength: number }
export const SYMBOL_LIMITS: SymbolLimits = { maxFunctions: 400_000, maxNameLength: 1_024 }

export type ReadFunctionsOptions = {
  /** The separate debug file of the same build: its addresses are those of the file, whose segments turn them into offsets. */
  debug?: ElfFile | null
  /** Only these, where given: much cheaper than all of a browser. */
  wanted?: (name: string) => boolean
  limits?: SymbolLimits
}

/** All functions of the symbol tables of a file and of its debug file. Throws ElfError where a table is broken. */
export function readElfFunctions(elf: ElfFile, options: ReadFunctionsOptions = {}): ElfFunctions {
  const { debug = null, wanted = () => true, limits = SYMBOL_LIMITS } = options
  const byKey = new Map<string, ElfFunction>()
  const result = { skipped: 0, truncated: false }
  for (const file of debug === null ? [elf] : [elf, debug]) {
    const tables = file.sections.filter(isSymbolTable)
    result.truncated ||= tables.length > MAX_TABLES || tables.some(({ size }) => size / SYMBOL_BYTES > MAX_SYMBOLS)
    for (const section of tables.slice(0, MAX_TABLES)) {
      for (const symbol of readTable(file, section)) {
        const { name } = symbol
        if (!wanted(name)) continue
        const offset = elf.fileOffset(symbol.address, { executable: true })
        if (offset === null || name.length > limits.maxNameLength || !PRINTABLE.test(name)) {
          result.skipped++
          continue
        }
        const key = `${offset} ${name}`
        const known = byKey.get(key)
        if (known !== undefined) known.exported ||= symbol.exported
        else if (byKey.size < limits.maxFunctions) byKey.set(key, { ...symbol, offset })
        else result.truncated = true
      }
    }
  }
  const functions = [...byKey.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.offset - b.offset))
  return { functions, ...result }
}

type RawSymbol = Omit<ElfFunction, 'offset'>

const isSymbolTable = ({ type }: ElfSection): boolean => type === SECTION_TYPE.symtab || type === SECTION_TYPE.dynsym

/** Functions that this file defines, out of one symbol table. */
function* readTable(file: ElfFile, section: ElfSection): IterableIterator<RawSymbol> {
  const strings = file.sections[section.link]
  if (strings?.type !== SECTION_TYPE.strtab) return
  const view = viewOf(file.bytesOf(section))
  const names = file.bytesOf(strings)
  const isOldVersion = oldVersionTest(file, section)
  const end = Math.min(view.byteLength, MAX_SYMBOLS * SYMBOL_BYTES)
  for (let at = 0; at + SYMBOL_BYTES <= end; at += SYMBOL_BYTES) {
    const type = view.getUint8(at + 4) & 0xf
    // Section 0: defined elsewhere.
    if ((type !== TYPE_FUNCTION && type !== TYPE_INDIRECT) || view.getUint16(at + 6, true) === 0) continue
    const { name, isOld } = splitVersion(textAt(names, view.getUint32(at, true)))
    if (isOld || isOldVersion(at / SYMBOL_BYTES)) continue
    const size = unsigned64(view, at + 16)
    yield {
      name,
      address: unsigned64(view, at + 8),
      size: Number.isSafeInteger(size) ? size : 0,
      indirect: type === TYPE_INDIRECT,
      exported: section.type === SECTION_TYPE.dynsym,
    }
  }
}

/**
 * A library may define a name several times, for programs that were linked long ago: `memcpy@GLIBC_2.2.5` beside `memcpy@@GLIBC_2.14`.
 * The name alone means the default one. Debug files keep the version in the name, with one `@` for the old ones; the dynamic table
 * keeps it in a table beside, with the highest bit set for them.
 */
function splitVersion(name: string): { name: string; isOld: boolean } {
  const at = name.indexOf('@', 1)
  return at < 0 ? { name, isOld: false } : { name: name.slice(0, at), isOld: name[at + 1] !== '@' }
}

function oldVersionTest(file: ElfFile, section: ElfSection): (index: number) => boolean {
  const versions = file.sections.find((other) => other.type === SECTION_TYPE.versions && file.sections[other.link] === section)
  if (versions === undefined) return () => false
  const view = viewOf(file.bytesOf(versions))
  return (index) => index * 2 + 2 <= view.byteLength && (view.getUint16(index * 2, true) & 0x8000) !== 0
}
