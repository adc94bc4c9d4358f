import type { CapabilityId, HostView } from '@sonde/contract'
import { missingCapability } from './host-words.ts'

export type HostFit = {
  /** How many of the hosts have all of the capabilities. */
  able: number
  total: number
  /** Why not, for the hosts that have not: distinct reasons, with the names of the hosts they hold for. */
  obstacles: Array<{ capability: CapabilityId; reason: string; remedy: string | null; hostNames: string[] }>
}

/** Which of the hosts can do something, by the capabilities that their agents tested. */
export function hostFit(capabilities: readonly CapabilityId[], hosts: readonly HostView[]): HostFit {
  const obstacles = new Map<string, HostFit['obstacles'][number]>()
  let able = 0
  for (const host of hosts) {
    let isAble = true
    for (const capability of capabilities) {
      const missing = missingCapability(host, capability)
      if (missing === null) continue
      isAble = false
      const known = obstacles.get(missing.reason)
      // One cause may take several capabilities with it: a host is named once for each reason.
      if (known === undefined) obstacles.set(missing.reason, { capability, ...missing, hostNames: [host.name] })
      else if (known.hostNames.at(-1) !== host.name) known.hostNames.push(host.name)
    }
    if (isAble) able++
  }
  return { able, total: hosts.length, obstacles: [...obstacles.values()] }
}
