import type { HostFacts } from '@sonde/contract'

export type DetectOptions = {
  /** Version of the agent, as reported in the facts. */ agentVersion?: string | undefined /** Overrides the kernel's host name. */
  hostname?: string | undefined
}

/** What this host is and can do; every capability is tried for real (about a second). */
export async function detectFacts(_options: DetectOptions = {}): Promise<HostFacts> {
  throw new Error('not yet')
}
