import { type Actor, type BinaryRef, binaryLabel, type Probe, type ProbeHit } from '@sonde/contract'
import type { App } from './app.ts'
import { askBinary } from './ask-binary.ts'
import { authorize } from './authorize.ts'
import type { Catalogue } from './catalogue.ts'
import { hostState, ProbeCoverage } from './probe-coverage.ts'
import { binaryRefText, type ProbeHost, readProbeHosts } from './probe-hosts.ts'
import type { Presence } from './probe-index.ts'
import { argumentsOfEntry, docOfEntry, entryIdOf, groupOfEntry, returnTypeOfEntry } from './probe-of-entry.ts'

/** Of a pattern, the first names that it stands for are named. */
const NAMED = 5

/**
 * Exactly these probes, in this order, as the hosts have them: for a form that was opened from a link. One that no host has is there
 * too, with the reasons. A name with `*` in it stands for all that it fits. Throws `not-found` for an unknown host.
 */
export async function describeProbes(actor: Actor, app: App, input: { hostIds: string[]; probes: Probe[] }): Promise<ProbeHit[]> {
  authorize(actor, 'host.ask')
  const places = new Map<string, Promise<Place>>()
  const placeOf = (binary: BinaryRef | null): Promise<Place> => {
    const key = binary === null ? '' : binaryRefText(binary)
    const place = places.get(key) ?? readPlace(app, input.hostIds, binary)
    places.set(key, place)
    return place
  }
  return await Promise.all(input.probes.map(async (probe) => describe(probe, await placeOf('binary' in probe ? probe.binary : null))))
}

/** Where probes are looked up: the hosts' kernels, or one binary of theirs. */
type Place = { catalogues: Catalogue[]; coverage: ProbeCoverage }

async function readPlace(app: App, hostIds: readonly string[], binary: BinaryRef | null): Promise<Place> {
  const asked =
    binary === null ? { hosts: await readProbeHosts(app, hostIds, null), failures: new Map() } : await askBinary(app, hostIds, binary)
  const catalogues: Catalogue[] = []
  for (const key of keysOf(asked.hosts)) {
    const catalogue = await app.probes.catalogue(app.db, key)
    if (catalogue !== null) catalogues.push(catalogue)
  }
  const states = asked.hosts.map((host) => hostState(host, asked.failures.get(host.id) ?? null))
  return { catalogues, coverage: new ProbeCoverage(asked.hosts, states, catalogues) }
}

function keysOf(hosts: readonly ProbeHost[]): string[] {
  return [...new Set(hosts.flatMap((host) => host.catalogues.flatMap(({ key, here }) => (here ? [key] : []))))]
}

function describe(probe: Probe, { catalogues, coverage }: Place): ProbeHit {
  const id = entryIdOf(probe)
  const lookUp = id.includes('*') && probe.kind !== 'pmu' ? findPattern(probe, id, catalogues) : findExact(probe, id, catalogues)
  const { entry } = lookUp
  return {
    probe,
    name: lookUp.names.length > 0 ? id : (entry?.label ?? id),
    group: entry === null ? '' : groupOfEntry(entry, 'binary' in probe ? binaryLabel(probe.binary) : ''),
    arguments: entry === null ? [] : argumentsOfEntry(entry),
    returnType: entry === null ? null : returnTypeOfEntry(entry),
    doc:
      lookUp.names.length > 0
        ? `Stands for ${lookUp.total}: ${lookUp.names.join(', ')}${lookUp.total > NAMED ? ', …' : ''}`
        : entry && docOfEntry(entry),
    ...coverage.of(probe.kind, lookUp.presence),
  }
}

type LookUp = { entry: ReturnType<Catalogue['entry']> | null; presence: Presence; names: string[]; total: number }

function findExact(probe: Probe, id: string, catalogues: readonly Catalogue[]): LookUp {
  const found = catalogues.flatMap((catalogue, i) => {
    const line = catalogue.find(probe.kind, id)
    return line < 0 ? [] : [{ entry: catalogue.entry(line), catalogue: i }]
  })
  const presence = found.map(({ entry, catalogue }) => ({ catalogue, refusal: entry.refusal }))
  return { entry: found[0]?.entry ?? null, presence, names: [], total: found.length }
}

/** What all of them have in common is not looked for: a pattern has the arguments of the first that it fits. */
function findPattern(probe: Probe, id: string, catalogues: readonly Catalogue[]): LookUp {
  const result: LookUp = { entry: null, presence: [], names: [], total: 0 }
  const presence: { catalogue: number; refusal: null }[] = []
  for (const [i, catalogue] of catalogues.entries()) {
    const { lines, total } = catalogue.matching(probe.kind, (name) => fitsPattern(id, name), NAMED)
    const [first] = lines
    if (first === undefined) continue
    presence.push({ catalogue: i, refusal: null })
    result.entry ??= catalogue.entry(first)
    if (total <= result.total) continue
    result.total = total
    result.names = lines.map((line) => catalogue.entry(line).id)
  }
  return { ...result, presence }
}

/** `*` stands for any characters. Linear in the length of the text, whatever the pattern. */
export function fitsPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === text
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
