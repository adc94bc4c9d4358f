import {
  type CaptureSpec,
  type CollectorId,
  EMPTY_QUALITY,
  type Forecast,
  type ForecastAnswer,
  type HostFacts,
  instrumentOf,
  type PlanPreview,
} from '@sonde/contract'
import { type CapturePlan, commandsOf, resolvedProbesOf } from '../capture-plan.ts'
import { planCapture } from '../plan-capture.ts'
import { type CaptureHooks, type CaptureOutcome, runCapture } from '../run-capture.ts'
import { TraceFailure, TraceRefusal } from '../trace-errors.ts'
import { startBrake } from './brake.ts'
import { checkProbes } from './check-probes.ts'
import { checkSpec } from './check-spec.ts'
import { type Confinement, TracerConfiner } from './confine-tracers.ts'
import { FIRE_NS, firesOf, KEEP_NS, usualThreadNs } from './cost-model.ts'
import { type CountItem, countListOf } from './count-list.ts'
import { dryCount } from './dry-count.ts'
import { type DryCount, forecastOf, type TimedSampling } from './forecast.ts'
import type { Policy } from './policy.ts'

/** What a capture has to stay within on this host. */
export type Guard = { facts: HostFacts; policy: Policy; confinement: Confinement }

/** A plan that the host's policy allows. Starts nothing. @throws TraceRefusal as `planCapture`, and policy, probe-denied */
export async function planWithin(spec: CaptureSpec, { facts, policy }: Guard, every = 1): Promise<CapturePlan> {
  checkSpec(spec, policy)
  const plan = await planCapture(spec, facts, { every, wildcardLimit: policy.limits.probesPerPattern })
  try {
    await checkProbes(resolvedProbesOf(plan), policy)
    return plan
  } catch (error) {
    plan.release()
    throw error
  }
}

/** What a person is shown before Start: the exact commands, or why not. Never throws. */
export async function previewWithin(spec: CaptureSpec, guard: Guard): Promise<PlanPreview> {
  try {
    const plan = await planWithin(spec, guard)
    plan.release()
    return { ok: true, commands: commandsOf(plan), matchedProcesses: plan.matchedProcesses }
  } catch (error) {
    return { ok: false, ...wordsOf(error) }
  }
}

/** What the capture would cost: counts its probes for a second, those of `syscalls` and `offcpu` too. Never throws. */
export async function forecastCapture(spec: CaptureSpec, guard: Guard, signal: AbortSignal): Promise<ForecastAnswer> {
  try {
    const plan = await planWithin(spec, guard)
    try {
      const { forecast, why } = await forecastPlan(plan, guard, { all: true, signal })
      if (forecast === null)
        return { ok: false, reason: 'capability-missing', message: `${why} The live brake still watches the recording.` }
      return { ok: true, forecast }
    } finally {
      plan.release()
    }
  } catch (error) {
    return { ok: false, ...wordsOf(error) }
  }
}

/**
 * Runs a plan within the host's budget: a dry count before anything attaches, which thins or refuses, and the live brake while it records.
 * @throws TraceRefusal over-budget; TraceFailure as `runCapture`
 */
export async function runWithin(plan: CapturePlan, guard: Guard, hooks: CaptureHooks): Promise<CaptureOutcome> {
  let running = plan
  const { forecast, why, items, count } = await forecastPlan(plan, guard, { all: false, signal: hooks.signal }).catch((error: unknown) => {
    plan.release()
    throw error
  })
  if (hooks.signal.aborted) {
    plan.release()
    throw new TraceFailure('tool-failed', 'Stopped before anything was attached.', { ...EMPTY_QUALITY, partial: true })
  }
  if (forecast?.verdict === 'over-budget') {
    plan.release()
    throw new TraceRefusal('over-budget', forecast.message)
  }
  // A host that cannot count has the brake alone. One that can and did not is in trouble, or the probes are.
  if (forecast === null && guard.facts.capabilities.some(({ id, available }) => id === 'bpf-helper' && available)) {
    plan.release()
    throw new TraceRefusal('over-budget', `${why} Nothing was attached.`)
  }
  if (forecast?.verdict === 'sampled') {
    plan.release()
    running = await planWithin(plan.spec, guard, forecast.every)
  }
  const confiner = new TracerConfiner(guard.confinement)
  const threadNs = threadNsOf(items, count, forecast?.every ?? 1)
  const outcome = await runCapture(running, {
    ...hooks,
    brake: (view) =>
      startBrake(view, {
        budget: guard.policy.budget,
        nsPerHit: (collector) =>
          threadNs.get(collector) ?? usualThreadNs(collector, { objects: instrumentOf(plan.spec, 'syscalls')?.objects }),
        onTracers: (pids) => confiner.confine(pids),
      }),
  })
  const { quality } = outcome
  if (items.length > 0) quality.forecast = forecast
  if (forecast !== null) quality.sampledEvery = Math.max(quality.sampledEvery, forecast.every)
  for (const note of why === null ? [] : [`No forecast was possible. ${why}`]) if (quality.notes.length < 20) quality.notes.push(note)
  return outcome
}

type PlanForecast = {
  forecast: Forecast | null
  /** Why there is none, or what is missing in it. */
  why: string | null
  items: CountItem[]
  count: DryCount | null
}

async function forecastPlan(plan: CapturePlan, guard: Guard, options: { all: boolean; signal: AbortSignal }): Promise<PlanForecast> {
  const { budget } = guard.policy
  const items = await countListOf(plan, options.all)
  const result =
    items.length === 0
      ? { count: null, notes: [] }
      : await dryCount({
          items,
          scope: plan.scope,
          facts: guard.facts,
          stopAboveHits: stopAbove(items, guard.policy),
          signal: options.signal,
        })
  if ('why' in result) return { forecast: null, why: result.why, items, count: null }
  const forecast = forecastOf({
    items,
    count: result.count,
    timed: timedSampling(plan, guard.facts),
    maxRowsPerSecond: instrumentOf(plan.spec, 'events')?.maxPerSecond ?? 0,
    durationMs: plan.spec.durationMs,
    budget,
  })
  return { forecast, why: result.notes.length > 0 ? result.notes.slice(0, 3).join(' ') : null, items, count: result.count }
}

/** Twice what the budget allows in the second of the count. */
function stopAbove(items: readonly CountItem[], { budget }: Policy): number {
  const cheapestNs = Math.min(...items.map((item) => FIRE_NS[item.cost]))
  return Math.max(1, 2 * Math.min(budget.hitsPerSecond, (budget.cores * 1e9) / cheapestNs))
}

function timedSampling({ spec, scope }: CapturePlan, facts: HostFacts): TimedSampling | null {
  const stacks = instrumentOf(spec, 'stacks')
  if (stacks?.sample.by !== 'frequency') return null
  return { hz: stacks.sample.hz, cpus: scope.cpus?.length ?? facts.cpuCount }
}

/**
 * What one hit that a collector tells of costs the threads that are recorded, by what was counted: it tells of those in the capture's
 * filter, and the threads pay for all that fire.
 */
function threadNsOf(items: readonly CountItem[], count: DryCount | null, every: number): Map<CollectorId, number> {
  const sums = new Map<CollectorId, { ns: number; told: number }>()
  items.forEach((item, i) => {
    const { hits, matched } = count?.counts[i] ?? { hits: 0, matched: 0 }
    const kept = matched / (item.every * every)
    // perf tells of the samples it gets; the others scale up what they have left out.
    const told = item.collector === 'stacks' ? kept : matched
    const sum = sums.get(item.collector) ?? { ns: 0, told: 0 }
    const fires = firesOf(item.cost, hits, item.every * every)
    sums.set(item.collector, { ns: sum.ns + fires * FIRE_NS[item.cost] + kept * KEEP_NS[item.collector], told: sum.told + told })
  })
  return new Map(
    items.map((item) => {
      const { ns, told } = sums.get(item.collector) ?? { ns: 0, told: 0 }
      // Nothing fired while it was counted: what one hit of the dearest probe costs.
      const dearest = Math.max(...items.filter(({ collector }) => collector === item.collector).map(({ cost }) => FIRE_NS[cost]))
      return [item.collector, told >= 1 ? ns / told : dearest + KEEP_NS[item.collector]]
    }),
  )
}

function wordsOf(error: unknown): { reason: string; message: string } {
  if (error instanceof TraceRefusal) return { reason: error.reason, message: error.message }
  return { reason: 'internal', message: error instanceof Error ? error.message : String(error) }
}
