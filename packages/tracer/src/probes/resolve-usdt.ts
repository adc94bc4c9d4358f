import { binaryLabel, type Probe, probeLabel } from '@sonde/contract'
import { ElfError } from '../discovery/elf/elf-error.ts'
import { readUsdtSites, type UsdtSite } from '../discovery/elf/stapsdt-notes.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { HeldFiles } from './held-files.ts'
import { type HeldBinary, holdBinary } from './hold-binary.ts'
import { isWildcard, namePattern } from './name-pattern.ts'
import { didYouMean } from './near-matches.ts'
import type { ProbeBudget } from './probe-budget.ts'
import type { ProbeArgument, ResolvedUsdt } from './resolved-probe.ts'
import { isTextArgument } from './usdt-text-arguments.ts'

type UsdtProbe = Extract<Probe, { kind: 'usdt' }>

/** As a spec can name it, and as a program may hold it. */
const WORD = /^[A-Za-z0-9_.-]{1,128}$/

/**
 * The USDT probes of a binary, by its notes. An argument is `argN`, a number of the width that the note gives, or text where that is
 * known; `strN` reads any as the text it points to.
 * @throws TraceRefusal probe-missing, probe-denied, no-process, too-many-probes
 */
export async function resolveUsdt(probe: UsdtProbe, files: HeldFiles, budget: ProbeBudget): Promise<ResolvedUsdt[]> {
  const held = await holdBinary(probe.binary, files)
  const all = sitesByName(held)
  const isProvider = namePattern(probe.provider)
  const isName = namePattern(probe.name)
  const found = [...all.values()].filter(([site]) => site !== undefined && isProvider(site.provider) && isName(site.name))
  if (found.length === 0) throw missing(held, probe, [...all.keys()])
  if (isWildcard(probe.provider) || isWildcard(probe.name))
    budget.take(
      probeLabel(probe),
      found.map(([site]) => `${site?.provider}:${site?.name}`),
    )
  return found.flatMap((sites) => resolved(sites, held, probe))
}

function resolved(sites: readonly UsdtSite[], held: HeldBinary, probe: UsdtProbe): ResolvedUsdt[] {
  const [first] = sites
  if (first === undefined) return []
  return [
    {
      kind: 'usdt',
      label: `usdt:${binaryLabel(probe.binary)}:${first.provider}:${first.name}`,
      file: held.file,
      provider: first.provider,
      name: first.name,
      locations: sites.map((site) => ({
        fileOffset: site.offset,
        semaphoreOffset: site.semaphoreOffset ?? 0,
        operands: site.arguments.map(({ size, signed, location }) => `${signed ? '-' : ''}${size}@${location}`),
      })),
      arguments: argumentsOf(first),
      ...(held.note === null ? {} : { note: held.note }),
    },
  ]
}

function sitesByName(held: HeldBinary): Map<string, UsdtSite[]> {
  const byName = new Map<string, UsdtSite[]>()
  for (const site of readSites(held)) {
    if (!WORD.test(site.provider) || !WORD.test(site.name)) continue
    const key = `${site.provider}:${site.name}`
    byName.set(key, [...(byName.get(key) ?? []), site])
  }
  return byName
}

function readSites({ elf, file }: HeldBinary): UsdtSite[] {
  try {
    return readUsdtSites(elf).sites
  } catch (error) {
    if (error instanceof ElfError) throw new TraceRefusal('probe-denied', `${file.shownPath} cannot be read: ${error.message}.`)
    throw error
  }
}

function argumentsOf(site: UsdtSite): ProbeArgument[] {
  return site.arguments.flatMap(({ size, signed }, position): ProbeArgument[] => {
    const text: ProbeArgument = { name: `str${position}`, cType: 'const char *', type: { kind: 'pointer', to: 'user-text' }, position }
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return []
    const isText = size === 8 && isTextArgument(site.provider, site.name, position)
    const number: ProbeArgument = {
      name: `arg${position}`,
      cType: isText ? text.cType : `${signed ? 'int' : 'uint'}${size * 8}_t`,
      type: isText ? text.type : { kind: 'int', bytes: size, signed },
      position,
    }
    return size === 8 ? [number, text] : [number]
  })
}

function missing(held: HeldBinary, probe: UsdtProbe, names: readonly string[]): TraceRefusal {
  if (names.length === 0) return new TraceRefusal('probe-missing', `${held.file.shownPath} has no USDT probes.`)
  const hint = didYouMean(`${probe.provider}:${probe.name}`, names) || didYouMean(probe.name, names)
  return new TraceRefusal('probe-missing', `${held.file.shownPath} has no USDT probe ${probe.provider}:${probe.name}.${hint}`)
}
