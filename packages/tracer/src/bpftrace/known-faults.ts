import type { HostFacts } from '@sonde/contract'
import type { ProbeArgument, ResolvedProbe } from '../probes/resolved-probe.ts'

/**
 * bpftrace 0.23 looks for texts of variable length (`__data_loc`) at four times their place in the record, and finds nothing there
 * (fixed in 0.24, bpftrace#4238). Where the place is known, it is told so much less; other such texts cannot be read.
 */
const QUADRUPLES = /^0\.23\./

/** Probes as the bpftrace of this host can read their arguments. */
export function readableBy(facts: HostFacts, probes: readonly ResolvedProbe[]): readonly ResolvedProbe[] {
  const version = facts.tools.find(({ name }) => name === 'bpftrace')?.version ?? ''
  if (!QUADRUPLES.test(version)) return probes
  return probes.map((probe) => ({ ...probe, arguments: probe.arguments.map(aimed) }))
}

function aimed(argument: ProbeArgument): ProbeArgument {
  const { type } = argument
  if (type.kind !== 'data-loc-text') return argument
  if (type.at === undefined) {
    const cType = `${argument.cType}, which bpftrace 0.23 does not find`
    return { ...argument, cType, type: { kind: 'other', cType } }
  }
  return { ...argument, type: { ...type, missedBy: 3 * type.at } }
}
