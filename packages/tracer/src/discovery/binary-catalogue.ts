import type { CatalogueEntry, UprobeEntry } from '@sonde/contract'
import { type CatalogueText, catalogueText } from './catalogue-text.ts'
import { openDebugFile } from './debug-file.ts'
import { demangle } from './demangle.ts'
import { fileSource } from './elf/byte-source.ts'
import { ElfFile } from './elf/elf-file.ts'
import { type ElfFunctions, readElfFunctions } from './elf/elf-symbols.ts'
import { readUsdtSites, type UsdtSites } from './elf/stapsdt-notes.ts'
import type { ResolvedBinary } from './resolve-binary.ts'

/** As a spec can name it (contract: probe.ts). */
const USDT_WORD = /^[A-Za-z0-9_.-]{1,128}$/
/** Parts of a function that the compiler moved away: no place where it begins. */
const FRAGMENT = /\.cold(\.\d+)?$/

/**
 * What can be probed in one binary: its functions, with those of its debug file where one is installed, and its USDT probes. Reads the
 * file that is held open, whatever its path leads to by now. Blocks while it reads: run it in a process of its own.
 *
 * Throws ElfError where the file is broken.
 */
export async function readBinaryCatalogue(binary: Pick<ResolvedBinary, 'fd' | 'shownPath'>): Promise<CatalogueText> {
  const elf = new ElfFile(fileSource(binary.fd))
  const debug = await openDebugFile(elf, binary.shownPath)
  try {
    const found = readElfFunctions(elf, { debug: debug?.elf ?? null })
    const usdt = readUsdtSites(elf)
    const functions = await functionEntries(found)
    const probes = usdtEntries(usdt)
    const notes = [...functions.notes, ...symbolNotes(elf, found, debug !== null), ...probes.notes]
    const entries = [...functions.entries, ...probes.entries]
    return catalogueText({ kind: 'binary', title: elf.soname ?? '', buildId: elf.buildId, notes }, entries)
  } finally {
    await debug?.close()
  }
}

async function functionEntries(found: ElfFunctions): Promise<{ entries: UprobeEntry[]; notes: string[] }> {
  const byName = new Map<string, UprobeEntry>()
  for (const { name, offset, size, indirect, exported } of found.functions) {
    if (FRAGMENT.test(name)) continue
    const known = byName.get(name)
    if (known !== undefined) known.refusal = 'ambiguous-name'
    else
      byName.set(name, {
        kind: 'uprobe',
        id: name,
        label: null,
        refusal: indirect ? 'indirect-function' : null,
        sizeBytes: size,
        offset,
        exported,
      })
  }
  const entries = [...byName.values()]
  const { names, note } = await demangle(entries.map((entry) => entry.id))
  for (const [i, entry] of entries.entries()) entry.label = names[i] ?? null
  return { entries, notes: note === null ? [] : [note] }
}

function symbolNotes(elf: ElfFile, found: ElfFunctions, hasDebugFile: boolean): string[] {
  const isStripped = elf.section('.symtab') === undefined && !hasDebugFile
  const notes: string[] = []
  if (isStripped)
    notes.push('The file is stripped: only the functions that it exports are known. Its debug symbols package brings the others.')
  if (isStripped && elf.section('.gnu_debugdata') !== undefined) notes.push('Its compressed symbol table (.gnu_debugdata) is not read.')
  if (found.skipped > 0) notes.push(`${found.skipped} symbols are left out: they have names or addresses that cannot be probed.`)
  if (found.truncated) notes.push(`There are more functions than the ${found.functions.length} that are listed.`)
  return notes
}

function usdtEntries({ sites, skipped }: UsdtSites): { entries: CatalogueEntry[]; notes: string[] } {
  const byName = new Map<string, Extract<CatalogueEntry, { kind: 'usdt' }>>()
  let unusable = skipped
  for (const site of sites) {
    const id = `${site.provider}:${site.name}`
    const known = byName.get(id)
    if (!USDT_WORD.test(site.provider) || !USDT_WORD.test(site.name)) unusable++
    else if (known !== undefined) known.sites++
    else {
      const semaphore = site.semaphoreOffset !== null
      const args = site.arguments.map(({ size, signed }) => ({ size, signed }))
      byName.set(id, { kind: 'usdt', id, label: null, refusal: null, sites: 1, semaphore, arguments: args })
    }
  }
  return {
    entries: [...byName.values()],
    notes: unusable === 0 ? [] : [`${unusable} USDT probes are left out: their notes cannot be used.`],
  }
}
