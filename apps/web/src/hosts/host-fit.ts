import {
  type CapabilityId,
  type CollectorId,
  capabilitiesOf,
  exampleInstruments,
  type HostView,
  type Instrument,
  type ProbeKind,
  probesOf,
  type Recipe,
} from '@sonde/contract'
import { missingCapability } from './host-words.ts'

/** What is asked of a host: what it must be able to do, and what its policy must allow. */
export type Needs = { capabilities: readonly CapabilityId[]; kinds: readonly ProbeKind[]; collectors: readonly CollectorId[] }

export type HostFit = {
  /** How many of the hosts meet the needs. */
  able: number
  total: number
  /** Why not, for the hosts that do not: distinct reasons, with the names of the hosts they hold for. */
  obstacles: Array<{ reason: string; remedy: string | null; hostNames: string[] }>
}

type Obstacle = { reason: string; remedy: string | null }

export function needsOf(instruments: readonly Instrument[]): Needs {
  // Which event samples CPU time is the host's own choice: no policy speaks of it.
  const probes = instruments.flatMap(probesOf).filter((probe) => probe.kind !== 'pmu' || probe.event !== 'cpu')
  return {
    capabilities: capabilitiesOf({ instruments }),
    kinds: [...new Set(probes.map((probe) => probe.kind))],
    collectors: instruments.map((instrument) => instrument.collector),
  }
}

const ofRecipe = new WeakMap<Recipe, Needs>()
/** The same for a recipe, whatever its parameters will be. */
export function needsOfRecipe(recipe: Recipe): Needs {
  const known = ofRecipe.get(recipe)
  if (known) return known
  const needs = needsOf(exampleInstruments(recipe))
  ofRecipe.set(recipe, needs)
  return needs
}

/** Why one host does not meet the needs, each reason once; empty where it does. */
export function obstaclesOf(needs: Needs, host: HostView): Obstacle[] {
  const reasons = new Map<string, Obstacle>()
  for (const capability of needs.capabilities) {
    const missing = missingCapability(host, capability)
    if (missing) reasons.set(missing.reason, missing)
  }
  for (const obstacle of policyObstacles(needs, host)) reasons.set(obstacle.reason, obstacle)
  return [...reasons.values()]
}

function policyObstacles(needs: Needs, host: HostView): Obstacle[] {
  const { policy } = host.facts
  if (policy === undefined) return []
  const source = policy.source ?? 'its policy'
  const remedy = 'Ask whoever administers the host.'
  if (policy.problem !== null)
    return [{ reason: `It refuses everything, since ${source} cannot be read: ${policy.problem}`, remedy: 'Have the file put right.' }]
  const kinds = needs.kinds.filter((kind) => !policy.probeKinds.includes(kind))
  const collectors = needs.collectors.filter((collector) => !policy.collectors.includes(collector))
  return [
    ...kinds.map((kind) => ({ reason: `Probes of the kind ${kind} are not allowed by ${source}.`, remedy })),
    ...collectors.map((collector) => ({ reason: `The collector ${collector} is not allowed by ${source}.`, remedy })),
  ]
}

/** Which of the hosts meet the needs, by the capabilities that their agents tested and by their policies. */
export function hostFit(needs: Needs, hosts: readonly HostView[]): HostFit {
  const obstacles = new Map<string, HostFit['obstacles'][number]>()
  let able = 0
  for (const host of hosts) {
    const own = obstaclesOf(needs, host)
    if (own.length === 0) able++
    for (const { reason, remedy } of own) {
      const known = obstacles.get(reason)
      if (known) known.hostNames.push(host.name)
      else obstacles.set(reason, { reason, remedy, hostNames: [host.name] })
    }
  }
  return { able, total: hosts.length, obstacles: [...obstacles.values()] }
}
