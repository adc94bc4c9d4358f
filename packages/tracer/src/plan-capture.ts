import {
  type CapabilityId,
  type CaptureSpec,
  captureSpecSchema,
  type HostFacts,
  type Instrument,
  type Probe,
  probesOf,
  requiredCapabilities,
} from '@sonde/contract'
import type { CapturePlan, ResolvedScope } from './capture-plan.ts'
import type { InstrumentProbes } from './collectors/collector-plan.ts'
import { planCollector } from './collectors/plan-collector.ts'
import { requireCounters } from './counters/require-counters.ts'
import { resolveScope } from './host/resolve-scope.ts'
import { HeldFiles } from './probes/held-files.ts'
import { KernelSymbols } from './probes/kernel-symbols.ts'
import { ProbeBudget } from './probes/probe-budget.ts'
import { type ResolveOptions, resolveProbes } from './probes/resolve-probes.ts'
import type { ResolvedProbe } from './probes/resolved-probe.ts'
import { TraceRefusal } from './trace-errors.ts'

export type PlanOptions = {
  /** Record one in so many events, to stay within the host's budget; 1, the default: all. */
  every?: number
  /** What the wildcards of the capture may stand for; absent: as `ProbeBudget` says. */
  wildcardLimit?: number
}

/**
 * Checks a spec against the host and compiles it from the templates in this package. Starts nothing. The plan may hold files open:
 * `release` it when it is of no more use (`runCapture` does).
 * @throws TraceRefusal: bad-spec, perf-missing, bpftrace-missing, capability-missing, no-process, probe-missing, too-many-probes
 */
export async function planCapture(spec: CaptureSpec, facts: HostFacts, options: PlanOptions = {}): Promise<CapturePlan> {
  const checked = captureSpecSchema.safeParse(spec)
  if (!checked.success)
    throw new TraceRefusal('bad-spec', checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const { instruments } = checked.data
  for (const instrument of instruments) requireCapabilities(instrument, facts)
  await requireCounters(instruments, facts)
  const resolved = await resolveScope(checked.data)
  const files = new HeldFiles()
  try {
    const probes: InstrumentProbes[] = []
    const resolving = { budget: new ProbeBudget(options.wildcardLimit), symbols: new KernelSymbols() }
    for (const instrument of instruments) probes.push(await probesOfInstrument(instrument, files, resolving))
    const plan = compilePlan(checked.data, facts, resolved, probes, options.every ?? 1)
    return { ...plan, release: () => files.close() }
  } catch (error) {
    files.close()
    throw error
  }
}

/** The pure part: checked spec, resolved filter and probes (one entry per instrument) → what will run. @throws TraceRefusal */
export function compilePlan(
  spec: CaptureSpec,
  facts: HostFacts,
  resolved: ResolvedScope,
  probes: readonly InstrumentProbes[],
  every: number,
): Omit<CapturePlan, 'release'> {
  const collectors = spec.instruments.map((instrument, i) =>
    planCollector(instrument, { spec, facts, resolved, probes: probes[i] ?? { fire: [], start: [] }, every }),
  )
  return { ...resolved, spec, collectors }
}

async function probesOfInstrument(instrument: Instrument, files: HeldFiles, resolving: ResolveOptions): Promise<InstrumentProbes> {
  const resolveAll = async (probes: readonly Probe[]): Promise<ResolvedProbe[]> => {
    const resolved: ResolvedProbe[] = []
    for (const probe of probes) resolved.push(...(await resolveProbes(probe, files, resolving)))
    return resolved
  }
  const begins = instrument.collector === 'latency' || instrument.collector === 'events' ? instrument.start : undefined
  if (begins === undefined) return { fire: await resolveAll(probesOf(instrument)), start: [] }
  const start = await resolveAll([begins.probe])
  return { start, fire: await resolveAll(probesOf(instrument).filter((probe) => probe !== begins.probe)) }
}

/** Tools that a capability comes from: where the tool is missing, that is what to say. */
const TOOL_OF: Partial<Record<CapabilityId, { id: CapabilityId; reason: 'perf-missing' | 'bpftrace-missing' }>> = {
  perf: { id: 'perf', reason: 'perf-missing' },
  stacks: { id: 'perf', reason: 'perf-missing' },
  bpftrace: { id: 'bpftrace', reason: 'bpftrace-missing' },
  syscalls: { id: 'bpftrace', reason: 'bpftrace-missing' },
}

function requireCapabilities(instrument: Instrument, facts: HostFacts): void {
  for (const id of requiredCapabilities(instrument)) {
    const capability = facts.capabilities.find((candidate) => candidate.id === id)
    if (capability?.available) continue
    const tool = TOOL_OF[id]
    const toolCapability = tool && facts.capabilities.find((candidate) => candidate.id === tool.id)
    const about = capability ?? toolCapability
    const message = [about?.reason, about?.remedy].filter(Boolean).join(' ') || `This host cannot do what "${id}" stands for.`
    throw new TraceRefusal(tool !== undefined && !toolCapability?.available ? tool.reason : 'capability-missing', message)
  }
}
