import type { HostView } from '@sonde/contract'

/** A label or a fact that the odd hosts have, and the others do not: what may be behind it. */
export type SharedTrait = {
  /** `env`, `kernel` */
  key: string
  value: string
  isLabel: boolean
  /** How many of the odd ones and of the others have it, and how many there are. */
  odd: number
  oddHosts: number
  others: number
  otherHosts: number
}

/** As many of the odd ones must have it, and at most so many of the others. */
const MOST = 0.8
const FEW = 0.2

/**
 * Those that separate best first. A key that has another value on nearly every host (an id, an address) separates every host from all
 * others and says nothing: it is left out. Hosts that have been removed since are not known, and not counted.
 */
export function sharedTraits(hosts: readonly HostView[], hostIds: { odd: readonly string[]; others: readonly string[] }): SharedTrait[] {
  const known = new Map(hosts.map((host) => [host.id, traitsOf(host)]))
  const pick = (ids: readonly string[]) => ids.flatMap((id) => known.get(id) ?? [])
  const [odd, others] = [pick(hostIds.odd), pick(hostIds.others)]
  if (odd.length === 0 || others.length === 0) return []
  const found: SharedTrait[] = []
  for (const key of new Set(odd.flatMap((traits) => [...traits.keys()]))) {
    const values = others.flatMap((traits) => traits.get(key)?.value ?? [])
    if (values.length > 2 && new Set(values).size > values.length / 2) continue
    for (const value of new Set(odd.flatMap((traits) => traits.get(key)?.value ?? []))) {
      const having = (all: typeof odd) => all.filter((traits) => traits.get(key)?.value === value).length
      const trait = { odd: having(odd), oddHosts: odd.length, others: having(others), otherHosts: others.length }
      if (trait.odd < MOST * trait.oddHosts || trait.others > FEW * trait.otherHosts) continue
      const isLabel = odd.some((traits) => traits.get(key)?.isLabel === true)
      found.push({ key: key.slice(key.indexOf(' ') + 1), value, isLabel, ...trait })
    }
  }
  const gap = (trait: SharedTrait) => trait.odd / trait.oddHosts - trait.others / trait.otherHosts
  return found.sort((a, b) => gap(b) - gap(a) || (a.key < b.key ? -1 : 1))
}

/** A label and a fact may have the same name. */
function traitsOf({ labels, facts }: HostView): Map<string, { value: string; isLabel: boolean }> {
  const traits = new Map<string, { value: string; isLabel: boolean }>()
  for (const [key, value] of Object.entries(labels)) traits.set(`label ${key}`, { value, isLabel: true })
  const fact = (key: string, value: string) => traits.set(`fact ${key}`, { value, isLabel: false })
  fact('kernel', facts.kernel)
  fact('system', facts.os)
  fact('architecture', facts.arch)
  fact('CPU', facts.cpuModel)
  fact('CPUs', String(facts.cpuCount))
  fact('memory', `${Math.round(facts.memoryBytes / 1024 ** 3)} GiB`)
  fact('agent', facts.agentVersion)
  return traits
}
