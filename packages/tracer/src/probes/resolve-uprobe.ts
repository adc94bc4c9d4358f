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
  const usable = places.filter((place) => refusalOf(place) === null)
  const [first] = places
  if (usable.length === 0) throw new TraceRefusal('probe-denied', `${first?.symbol.name} ${first === undefined ? '' : refusalOf(first)}.`)
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
    at: probe.at,
    arguments: probe.at === 'return' ? [] : positionalArguments('user-text'),
    ...(held.note === null ? {} : { note: held.note }),
  }))
}

/** A function, with all places that have its name. */
type Place = { symbol: ElfFunction; copies: number }

function placesOf(found: readonly ElfFunction[]): Place[] {
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

/** Reads the tables that are in memory or on disk now; of the file that is held, whatever its path leads to. */
async function readFunctions({ elf, file }: HeldBinary, wanted: (name: string) => boolean): Promise<ElfFunction[]> {
  const inside = /^\/proc\/\d+\/root(?=\/)/.exec(file.hostPath)?.[0]
  const debug = await openDebugFile(elf, file.shownPath, inside === undefined ? ['/'] : [inside, '/'])
  try {
    return readElfFunctions(elf, { debug: debug?.elf ?? null, wanted }).functions
  } catch (error) {
    if (error instanceof ElfError) throw new TraceRefusal('probe-denied', `${file.shownPath} cannot be read: ${error.message}.`)
    throw error
  } finally {
    await debug?.close()
  }
}

async function missing(held: HeldBinary, probe: UprobeProbe): Promise<TraceRefusal> {
  const all = await readFunctions(held, () => true)
  const stripped = held.elf.section('.symtab') === undefined ? ' It is stripped: only the functions that it exports are known.' : ''
  const hint = didYouMean(
    probe.function,
    all.map(({ name }) => name),
  )
  return new TraceRefusal('probe-missing', `${held.file.shownPath} has no function ${probe.function}.${hint}${stripped}`)
}
