import type { CapabilityId, ProbeHit, ProbeKind, ProbeSearchResult } from '@sonde/contract'
import type { Catalogue } from './catalogue.ts'
import type { ProbeHost } from './probe-hosts.ts'
import type { Presence } from './probe-index.ts'
import { refusalWords } from './probe-of-entry.ts'

type Coverage = Pick<ProbeHit, 'onHosts' | 'missing' | 'denied'>

/** What a host needs for a probe of a kind. Counters are only listed where they can be opened. */
const CAPABILITY: Readonly<Record<ProbeKind, CapabilityId | null>> = {
  tracepoint: 'tracepoints',
  kprobe: 'kprobes',
  uprobe: 'uprobes',
  usdt: 'uprobes',
  pmu: null,
}
const MAX_MISSING = 20

/** Why a kind of probe does not work on a host at all; null where it does, or where an older agent does not say. */
export function kindRefusal(host: ProbeHost, kind: ProbeKind): string | null {
  const capability = host.capabilities.find(({ id }) => id === CAPABILITY[kind])
  return capability === undefined || capability.available ? null : (capability.reason ?? 'This host cannot attach such probes.')
}

/** Kinds that not one of the hosts can attach. */
export function uselessKinds(hosts: readonly ProbeHost[], kinds: readonly ProbeKind[]): Set<ProbeKind> {
  return new Set(kinds.filter((kind) => hosts.every((host) => kindRefusal(host, kind) !== null)))
}

/** What of a host the answer knows. */
export function hostState(host: ProbeHost, failure: string | null): ProbeSearchResult['hosts'][number] {
  const about = { hostId: host.id, hostName: host.name }
  if (host.catalogues.length > 0 && host.catalogues.every(({ here }) => here)) return { ...about, state: 'ready', message: null }
  const unavailable = (message: string) => ({ ...about, state: 'unavailable' as const, message })
  if (failure !== null) return unavailable(failure)
  if (!host.online) return unavailable('It is not connected, and has never said what can be probed on it.')
  if (host.state === 'failed') return unavailable(host.message ?? 'Its agent could not read what it offers.')
  if (host.state === null) return unavailable('Its agent does not say what can be probed: it is too old, or was only just started.')
  return { ...about, state: 'building', message: null }
}

/** On which of the hosts a probe is, and why not on the others. Remembers the answer: most probes are on the same hosts. */
export class ProbeCoverage {
  readonly #hosts: readonly ProbeHost[]
  readonly #states: ReadonlyMap<string, ProbeSearchResult['hosts'][number]>
  readonly #catalogues: readonly Catalogue[]
  readonly #known = new Map<Presence, Map<ProbeKind, Coverage>>()

  /** `catalogues`: what numbers in a Presence mean. */
  constructor(hosts: readonly ProbeHost[], states: ProbeSearchResult['hosts'], catalogues: readonly Catalogue[]) {
    this.#hosts = hosts
    this.#states = new Map(states.map((state) => [state.hostId, state]))
    this.#catalogues = catalogues
  }

  of(kind: ProbeKind, presence: Presence): Coverage {
    const known = this.#known.get(presence) ?? new Map<ProbeKind, Coverage>()
    this.#known.set(presence, known)
    const coverage = known.get(kind) ?? this.#work(kind, presence)
    known.set(kind, coverage)
    return coverage
  }

  #work(kind: ProbeKind, presence: Presence): Coverage {
    const byKey = new Map(presence.map(({ catalogue, refusal }) => [this.#catalogues[catalogue]?.key ?? '', refusal]))
    const refusals = [...byKey.values()]
    // Refused everywhere: that is a property of the probe, not of the hosts.
    const [first] = refusals
    const denied = first !== undefined && first !== null && !refusals.includes(null) ? refusalWords(first) : null
    const coverage: Coverage = { onHosts: 0, missing: [], denied }
    for (const host of this.#hosts) {
      const reason = this.#whyNot(host, kind, byKey, denied !== null)
      if (reason === null) coverage.onHosts++
      else if (coverage.missing.length < MAX_MISSING) coverage.missing.push({ hostId: host.id, hostName: host.name, reason })
    }
    return coverage
  }

  #whyNot(host: ProbeHost, kind: ProbeKind, byKey: ReadonlyMap<string, Presence[number]['refusal']>, isDenied: boolean): string | null {
    const state = this.#states.get(host.id)
    const holding = host.catalogues.filter(({ key, here }) => here && byKey.has(key))
    if (holding.length === 0) {
      if (state?.state === 'building') return 'Its agent is still reading what it offers.'
      return state?.state === 'ready' ? absence(host, kind) : (state?.message ?? 'It was not searched.')
    }
    if (!host.online) return 'It is not connected.'
    const incapable = kindRefusal(host, kind)
    if (incapable !== null) return incapable
    const refusals = holding.map(({ key }) => byKey.get(key) ?? null)
    const refusal = refusals.find((word) => word !== null)
    return !isDenied && refusal && !refusals.includes(null) ? refusalWords(refusal) : null
  }
}

function absence(host: ProbeHost, kind: ProbeKind): string {
  const binary = host.catalogues.find((catalogue) => catalogue.binary !== null)?.binary
  const where = binary ? `${binary.path}${binary.buildId ? ` (build ${binary.buildId.slice(0, 12)})` : ''}` : 'its kernel'
  switch (kind) {
    case 'tracepoint':
      return `There is no such tracepoint in ${where}.`
    case 'kprobe':
    case 'uprobe':
      return `There is no such function in ${where}.`
    case 'usdt':
      return `There is no such USDT probe in ${where}.`
    case 'pmu':
      return 'There is no such counter.'
  }
}
