import {
  type Actor,
  type BinaryRef,
  binaryLabel,
  PROBE_KINDS,
  type ProbeHit,
  type ProbeKind,
  type ProbeSearchResult,
} from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { hostState, ProbeCoverage, uselessKinds } from './probe-coverage.ts'
import { type ProbeHost, readProbeHosts } from './probe-hosts.ts'
import type { ProbeIndex } from './probe-index.ts'
import { argumentsOfEntry, docOfEntry, groupOfEntry, probeOfEntry, returnTypeOfEntry } from './probe-of-entry.ts'

export type SearchInput = { hostIds: string[]; text: string; kinds?: ProbeKind[] | undefined; limit: number }

/** Stands in probes that lie in no binary. */
const NO_BINARY: BinaryRef = { of: 'library', name: 'none' }

/**
 * Searches what the hosts' kernels, modules and CPUs offer, from the catalogues that their agents sent. Throws `not-found` for an
 * unknown host; a host without a catalogue says so in `hosts`.
 */
export async function searchProbes(actor: Actor, app: App, input: SearchInput): Promise<ProbeSearchResult> {
  authorize(actor, 'probe.read')
  const hosts = await readProbeHosts(app, input.hostIds, null)
  return await searchIn(app, hosts, input, null, new Map())
}

/** `failures`: why a host could not be asked, by its id. */
export async function searchIn(
  app: App,
  hosts: readonly ProbeHost[],
  input: SearchInput,
  binary: BinaryRef | null,
  failures: ReadonlyMap<string, string>,
): Promise<ProbeSearchResult> {
  const index = await indexOf(app, hosts)
  const states = hosts.map((host) => hostState(host, failures.get(host.id) ?? null))
  const coverage = new ProbeCoverage(hosts, states, index.catalogues)
  const kinds = input.kinds && input.kinds.length > 0 ? input.kinds : PROBE_KINDS
  const found = index.search({ text: input.text, kinds: new Set(kinds), limit: input.limit, demoted: uselessKinds(hosts, kinds) })
  const hits = found.probes.map((probe) => hitOf(index, probe, binary, coverage))
  return { hits, total: found.total, searched: found.searched, hosts: states }
}

function hitOf(index: ProbeIndex, probe: number, binary: BinaryRef | null, coverage: ProbeCoverage): ProbeHit {
  const entry = index.entryOf(probe)
  return {
    probe: probeOfEntry(entry, binary ?? NO_BINARY),
    name: index.nameOf(probe),
    group: groupOfEntry(entry, binary ? binaryLabel(binary) : ''),
    arguments: argumentsOfEntry(entry),
    returnType: returnTypeOfEntry(entry),
    doc: docOfEntry(entry),
    ...coverage.of(entry.kind, index.presenceOf(probe)),
  }
}

/** The catalogue of most hosts comes first, since its details are shown. */
async function indexOf(app: App, hosts: readonly ProbeHost[]): Promise<ProbeIndex> {
  const uses = new Map<string, number>()
  for (const host of hosts) for (const { key, here } of host.catalogues) if (here) uses.set(key, (uses.get(key) ?? 0) + 1)
  const keys = [...uses].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).map(([key]) => key)
  return await app.probes.index(app.db, keys)
}
