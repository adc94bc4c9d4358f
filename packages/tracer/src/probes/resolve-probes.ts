import { type Probe, probeLabel } from '@sonde/contract'
import { TraceRefusal } from '../trace-errors.ts'
import type { HeldFiles } from './held-files.ts'
import type { ResolvedProbe } from './resolved-probe.ts'

/**
 * Finds a probe on this host; a wildcard becomes all that it stands for. Files that user-space probes lie in stay open in `files`.
 * @throws TraceRefusal probe-missing, too-many-probes, capability-missing
 */
export async function resolveProbes(probe: Probe, _files: HeldFiles): Promise<ResolvedProbe[]> {
  const label = probeLabel(probe)
  if (probe.kind === 'pmu') return [{ kind: 'pmu', label, arguments: [], event: probe.event }]
  throw new TraceRefusal('capability-missing', `This agent does not know probes such as ${label} yet.`)
}
