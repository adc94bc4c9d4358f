import type { CaptureSpec, HostFacts, PlanPreview } from '@sonde/contract'
import type { CapturePlan } from './capture-plan.ts'
import { TraceRefusal } from './trace-errors.ts'

/** Checks a spec against the host and compiles it. Starts nothing. @throws TraceRefusal */
export async function planCapture(_spec: CaptureSpec, _facts: HostFacts): Promise<CapturePlan> {
  throw new TraceRefusal('internal', 'not yet')
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
