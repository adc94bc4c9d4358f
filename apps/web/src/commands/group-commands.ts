import type { HostCommand } from '@sonde/contract'

export type HostsWithCommands = { hostNames: string[]; commands: HostCommand[] }

/** Hosts that run the very same commands, together: a fleet reads as a few blocks, not as hundreds. */
export function groupCommands(hosts: ReadonlyArray<{ hostName: string; commands: readonly HostCommand[] }>): HostsWithCommands[] {
  const groups = new Map<string, HostsWithCommands>()
  for (const host of hosts) {
    if (host.commands.length === 0) continue
    const key = JSON.stringify(host.commands)
    const group = groups.get(key)
    if (group) group.hostNames.push(host.hostName)
    else groups.set(key, { hostNames: [host.hostName], commands: [...host.commands] })
  }
  return [...groups.values()].sort((a, b) => b.hostNames.length - a.hostNames.length)
}
