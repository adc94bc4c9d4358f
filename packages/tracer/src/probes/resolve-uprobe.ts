import { binaryLabel, type Probe, probeLabel } from '@sonde/contract'
import { openDebugFile } from '../discovery/debug-file.ts'
import { demangle } from '../discovery/demangle.ts'
import { ElfError } from '../discovery/elf/elf-error.ts'
import { type ElfFunction, readElfFunctions } from '../discovery/elf/elf-symbols.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { HeldFiles } from './held-files.ts'
import { type HeldBinary, holdBinary } from './hold-binary.ts'
import { isWildcard, namePattern } from './name-pattern.ts'
import { didYouMean } from './near-matches.ts'
import { positionalArguments } from './positional-arguments.ts'
import type { ProbeBudget } from './probe-budget.ts'
import type { ResolvedUprobe } from './resolved-probe.ts'

type UprobeProbe = Extract<Probe, { kind: 'uprobe' }>

/** Parts of a function that the compiler moved away: no place where it begins. */
const FRAGMENT = /\.cold(\.\d+)?$/

/**
 * The functions of a binary that a probe names, by its symbol tables and those of its debug file. Nothing is known of their types:
 * arguments go by position. A `*` that stands in a function's own name (Go) is no wildcard.
 * @throws TraceRefusal probe-missing, probe-denied, no-process, too-many-probes
 */
export async function resolveUprobe(probe: UprobeProbe, files: HeldFiles, budget: ProbeBudget): Promise<ResolvedUprobe[]> {
  const held = await holdBinary(probe.binary, files)
  const exact = await readFunctions(held, (name) => name === probe.function)
  const wild = exact.length === 0 && isWildcard(probe.function)
  const found = wild ? await readFunctions(held, namePattern(probe.function)) : exact
  if (found.length === 0) throw await missing(held, probe)
  const places = placesOf(found)
  // What has no length is a stub of the assembler or the linker: whoever means it names it.
  const usable = places.filter((place) => refusalOf(place) === null && (!wild || place.symbol.size > 0))
  if (usable.length === 0) {
    const [first] = places
    const why = first === undefined ? null : refusalOf(first)
    throw new TraceRefusal(
      'probe-denied',
      `${first?.symbol.name} ${why ?? 'has no length in the symbol table: name it in full to probe it'}.`,
    )
  }
  if (wild)
    budget.take(
      probeLabel(probe),
      usable.map(({ symbol }) => symbol.name),
    )
  const { names } = await demangle(usable.map(({ symbol }) => symbol.name))
  return usable.map(({ symbol }, i) => ({
    kind: 'uprobe',
    label: `${probe.at === 'return' ? 'uretprobe' : 'uprobe'}:${binaryLabel(probe.binary)}:${symbol.name}`,
    file: held.file,
    symbol: symbol.name,
    demangled: names[i] ?? null,
    fileOffset: symbol.offset,
    address: symbol.address,
    sizeBytes: symbol.size,
    fromDebugFile: symbol.fromDebugFile,
    at: probe.at,
    arguments: probe.at === 'return' ? [] : positionalArguments('user-text'),
    ...(held.note === null ? {} : { note: held.note }),
  }))
}

type Found = ElfFunction & { fromDebugFile: boolean }
/** A function, with all places that have its name. */
type Place = { symbol: Found; copies: number }

function placesOf(found: readonly Found[]): Place[] {
  const byName = new Map<string, Place>()
  for (const symbol of found) {
    const known = byName.get(symbol.name)
    if (known === undefined) byName.set(symbol.name, { symbol, copies: 1 })
    else known.copies++
  }
  return [...byName.values()]
}

function refusalOf({ symbol, copies }: Place): string | null {
  if (FRAGMENT.test(symbol.name)) return 'is a part of a function, not the beginning of one'
  if (symbol.indirect)
    return 'is chosen at load time among several implementations: probe the one that runs, e.g. __memmove_avx_unaligned_erms'
  if (copies > 1) return `names ${copies} functions of this file, so that a probe by name would hit an unknown one of them`
  return null
}

/** Out of the file that is held, whatever its path leads to by now, and its debug file on the host. */
async function readFunctions({ elf, file }: HeldBinary, wanted: (name: string) => boolean): Promise<Found[]> {
  const debug = await openDebugFile(elf, file.shownPath)
  try {
    const own = readElfFunctions(elf, { wanted }).functions
    if (debug === null) return own.map((symbol) => ({ ...symbol, fromDebugFile: false }))
    const inFile = new Set(own.map(keyOf))
    const all = readElfFunctions(elf, { debug: debug.elf, wanted }).functions
    return all.map((symbol) => ({ ...symbol, fromDebugFile: !inFile.has(keyOf(symbol)) }))
  } catch (error) {
    if (error instanceof ElfError) throw new TraceRefusal('probe-denied', `${file.shownPath} cannot be read: ${error.message}.`)
    throw error
  } finally {
    await debug?.close()
  }
}
const keyOf = ({ name, offset }: ElfFunction): string => `${offset} ${name}`

async function missing(held: HeldBinary, probe: UprobeProbe): Promise<TraceRefusal> {
  const all = await readFunctions(held, () => true)
  const stripped = held.elf.section('.symtab') === undefined ? ' It is stripped: only the functions that it exports are known.' : ''
  const hint = didYouMean(
    probe.function,
    all.map(({ name }) => name),
  )
  return new TraceRefusal('probe-missing', `${held.file.shownPath} has no function ${probe.function}.${hint}${stripped}`)
}
