import {
  type CaptureSpec,
  type CollectorId,
  captureSpecSchema,
  type HostCommand,
  type HostFacts,
  type PlanPreview,
  RECIPES,
} from '@sonde/contract'
import type { CapturePlan, ResolvedScope } from './capture-plan.ts'
import { resolveScope } from './host/resolve-scope.ts'
import { perfRecordCommand, perfScriptCommand } from './stacks/perf-commands.ts'
import { bpftraceCommand } from './syscalls/bpftrace-command.ts'
import { TraceRefusal } from './trace-errors.ts'

/**
 * Checks a spec against the host and compiles it from the templates in this package. Starts nothing.
 * @throws TraceRefusal: bad-spec, perf-missing, bpftrace-missing, capability-missing, no-process
 */
export async function planCapture(spec: CaptureSpec, facts: HostFacts): Promise<CapturePlan> {
  const checked = captureSpecSchema.safeParse(spec)
  if (!checked.success)
    throw new TraceRefusal('bad-spec', checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const { collectors } = RECIPES[checked.data.recipe]
  for (const collector of collectors) requireCapability(collector, facts)
  const resolved = await resolveScope(checked.data.filter)
  return compilePlan(checked.data, facts, resolved)
}

/** The same, as what a person is shown before Start: the exact commands, or why not. Never throws. */
export async function previewPlan(spec: CaptureSpec, facts: HostFacts): Promise<PlanPreview> {
  try {
    const plan = await planCapture(spec, facts)
    return { ok: true, commands: plan.commands, matchedProcesses: plan.matchedProcesses }
  } catch (error) {
    if (error instanceof TraceRefusal) return { ok: false, reason: error.reason, message: error.message }
    return { ok: false, reason: 'internal', message: error instanceof Error ? error.message : String(error) }
  }
}

/** The pure part: checked spec and resolved filter → commands. */
export function compilePlan(spec: CaptureSpec, facts: HostFacts, resolved: ResolvedScope): CapturePlan {
  const { collectors } = RECIPES[spec.recipe]
  const commands: HostCommand[] = []
  let sampledEvent: CapturePlan['sampledEvent'] = null
  if (collectors.includes('stacks')) {
    sampledEvent = isAvailable('hardware-pmu', facts) ? 'cycles' : 'cpu-clock'
    commands.push(perfRecordCommand({ spec, facts, scope: resolved.scope, wholeHost: resolved.perfOnlyPids !== null, event: sampledEvent }))
    commands.push(perfScriptCommand({ spec, facts }))
  }
  if (collectors.includes('syscalls')) commands.push(bpftraceCommand({ spec, facts, scope: resolved.scope }))
  return {
    spec,
    scope: resolved.scope,
    commands,
    matchedProcesses: resolved.matchedProcesses,
    sampledEvent,
    onlyPids: resolved.perfOnlyPids,
    notes: resolved.notes,
  }
}

function isAvailable(id: HostFacts['capabilities'][number]['id'], facts: HostFacts): boolean {
  return facts.capabilities.some((capability) => capability.id === id && capability.available)
}

function requireCapability(collector: CollectorId, facts: HostFacts): void {
  if (collector === 'syscalls' && facts.arch === 'other') {
    throw new TraceRefusal('capability-missing', 'System call numbers of this architecture are not known here (only x64 and arm64 are).')
  }
  if (isAvailable(collector, facts)) return
  const tool = collector === 'stacks' ? 'perf' : 'bpftrace'
  const capability = facts.capabilities.find((c) => c.id === collector) ?? facts.capabilities.find((c) => c.id === tool)
  const message = [capability?.reason, capability?.remedy].filter((text) => text).join(' ') || `${tool} does not work on this host.`
  if (!isAvailable(tool, facts)) throw new TraceRefusal(collector === 'stacks' ? 'perf-missing' : 'bpftrace-missing', message)
  throw new TraceRefusal('capability-missing', message)
}
