import type { CollectorId, HostCommand, HostFacts } from '@sonde/contract'

/** Name of the helper in a host's facts and in commands. */
export const HELPER = 'sonde-bpf'

/** Path of the helper on a host where it was tried and works; null where something else has to do the work. */
export function workingHelper(facts: HostFacts): string | null {
  const works = facts.capabilities.some(({ id, available }) => id === 'bpf-helper' && available)
  return works ? (facts.tools.find(({ name }) => name === HELPER)?.path ?? null) : null
}

/**
 * A command of the helper. It needs no guards around it: it ends at its own deadline (boot clock), when its stdin closes and when its
 * parent dies, and what it attached hangs on its file descriptors.
 */
export function helperCommand(collector: CollectorId, facts: HostFacts, path: string, args: readonly string[]): HostCommand {
  const version = facts.tools.find(({ name }) => name === HELPER)?.version ?? null
  return { collector, tool: HELPER, toolVersion: version, argv: [path, ...args], env: {}, program: null }
}
