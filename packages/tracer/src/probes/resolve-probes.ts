import { type Probe, probeLabel } from '@sonde/contract'
import { deniedKernelFunction } from '../guardrails/deny-list.ts'
import type { HeldFiles } from './held-files.ts'
import { KernelSymbols } from './kernel-symbols.ts'
import { ProbeBudget } from './probe-budget.ts'
import { resolveKprobe } from './resolve-kprobe.ts'
import { resolveTracepoint } from './resolve-tracepoint.ts'
import { resolveUprobe } from './resolve-uprobe.ts'
import { resolveUsdt } from './resolve-usdt.ts'
import type { ResolvedProbe } from './resolved-probe.ts'

export type ResolveOptions = {
  /** What the wildcards of the capture may stand for; one for all its probes. */
  budget?: ProbeBudget
  /** The kernel's functions; one for all probes of a capture, so that they are read once. */
  symbols?: KernelSymbols
  /** Why a kernel function must not be probed, as the end of a sentence; null where it may be. */
  denied?: (name: string) => string | null
}

/**
 * Finds a probe on this host; a wildcard becomes all that it stands for, without what must not be probed. Every name in the result was
 * read from the host's own tables. Files that user-space probes lie in stay open in `files`.
 * @throws TraceRefusal probe-missing (with near matches), probe-denied, too-many-probes, no-process, capability-missing
 */
export async function resolveProbes(probe: Probe, files: HeldFiles, options: ResolveOptions = {}): Promise<ResolvedProbe[]> {
  const { budget = new ProbeBudget(), denied = deniedKernelFunction, symbols = new KernelSymbols() } = options
  switch (probe.kind) {
    case 'tracepoint':
      return await resolveTracepoint(probe, budget)
    case 'kprobe':
      return await resolveKprobe(probe, budget, denied, symbols)
    case 'uprobe':
      return await resolveUprobe(probe, files, budget)
    case 'usdt':
      return await resolveUsdt(probe, files, budget)
    case 'pmu':
      return [{ kind: 'pmu', label: probeLabel(probe), arguments: [], event: probe.event }]
  }
}
