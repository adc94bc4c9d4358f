import type { CollectorId, Forecast } from '@sonde/contract'
import { FIRE_NS, firesOf, HANDLE_NS, IDLE_CORES, KEEP_NS, RESULT_BYTES } from './cost-model.ts'
import type { CountItem } from './count-list.ts'
import type { Budget } from './policy.ts'

/** What was counted for each item, in order. `hits`: all that fired; `matched`: those inside the capture's filter, of which results are made. */
export type DryCount = { countedMs: number; counts: readonly { hits: number; matched: number }[] }

/** Timed samples: as many a second as rate and CPUs say. */
export type TimedSampling = { hz: number; cpus: number }

export type ForecastInput = {
  items: readonly CountItem[]
  /** Null where there was nothing to count. */
  count: DryCount | null
  timed: TimedSampling | null
  /** Rows of `events` a second, beyond which they are only counted. */
  maxRowsPerSecond: number
  durationMs: number
  budget: Budget
}

/** Recording fewer than one in so many events says little about them. */
const MAX_EVERY = 100_000
const MAX_ROWS = 600
const THINNABLE: readonly CollectorId[] = ['stacks', 'counts', 'latency', 'events']

/**
 * What a capture would cost, and whether the host's budget allows it. Pure.
 *
 * Cores = Σ rate × (what firing costs + what keeping costs ÷ every) + the tools' idle cost. Thinning helps the keeping only; a probe whose
 * firing alone is above the budget is refused. The budget of hits is about those that reach a tool: with stacks, the kernel leaves out what
 * is thinned away; the programs of the others run at each hit.
 */
export function forecastOf(input: ForecastInput): Forecast {
  const { budget, count } = input
  const rates = input.items.map((item, i) => {
    const { hits, matched } = count?.counts[i] ?? { hits: 0, matched: 0 }
    const perSecond = (n: number) => (count === null || count.countedMs <= 0 ? 0 : (n * 1000) / count.countedMs)
    return { item, hits, fires: perSecond(hits), matched: perSecond(matched) }
  })
  const at = (every: number) => costs(input, rates, every)
  const rows = rates.slice(0, MAX_ROWS).map(({ item, hits }) => ({
    label: item.label,
    hits,
    costNs: Math.round(
      firesOf(item.cost, FIRE_NS[item.cost], item.every) + (KEEP_NS[item.collector] + HANDLE_NS[item.collector]) / item.every,
    ),
  }))
  const full = at(1)
  const base = { countedMs: count?.countedMs ?? 0, probes: rows, budget }
  const over = exceeded(full, budget, input.durationMs)
  if (over === null) return { ...base, ...full, verdict: 'ok', every: 1, message: okSentence(full, input) }
  const every = thinning(at, input)
  if (every !== null) {
    const thinned = at(every)
    return {
      ...base,
      ...thinned,
      verdict: 'sampled',
      every,
      message: `${over} One event in ${every} will be recorded, which stays within it.`,
    }
  }
  return { ...base, ...full, verdict: 'over-budget', every: 1, message: `${over} The probes will not be attached.` }
}

type Rate = { item: CountItem; fires: number; matched: number }
type Costs = { hitsPerSecond: number; cores: number; bytesPerSecond: number }

function costs(input: ForecastInput, rates: readonly Rate[], every: number): Costs {
  let hitsPerSecond = 0
  let ns = 0
  let bytesPerSecond = 0
  for (const { item, fires, matched } of rates) {
    const kept = matched / (item.every * every)
    const handled = item.collector === 'events' ? Math.min(kept, input.maxRowsPerSecond) : kept
    hitsPerSecond += item.collector === 'stacks' ? kept : fires
    ns +=
      firesOf(item.cost, fires, item.every * every) * FIRE_NS[item.cost] +
      kept * KEEP_NS[item.collector] +
      handled * HANDLE_NS[item.collector]
    bytesPerSecond += handled * RESULT_BYTES[item.collector].perHit + RESULT_BYTES[item.collector].perSecond
  }
  if (input.timed !== null) {
    const samples = input.timed.hz * input.timed.cpus
    ns += samples * (FIRE_NS.pmu + KEEP_NS.stacks + HANDLE_NS.stacks)
    bytesPerSecond += samples * RESULT_BYTES.stacks.perHit + RESULT_BYTES.stacks.perSecond
  }
  return { hitsPerSecond, cores: ns / 1e9 + IDLE_CORES, bytesPerSecond }
}

function exceeded(cost: Costs, budget: Budget, durationMs: number): string | null {
  const seconds = durationMs / 1000
  if (cost.hitsPerSecond > budget.hitsPerSecond)
    return `The probes fire ${number(cost.hitsPerSecond)} times a second; the host's budget is ${number(budget.hitsPerSecond)}.`
  if (cost.cores > budget.cores) return `Recording would take about ${cores(cost.cores)}; the host's budget is ${cores(budget.cores)}.`
  if (cost.bytesPerSecond * seconds > budget.outputBytes)
    return `The result would be about ${mebibytes(cost.bytesPerSecond * seconds)} large; the host's budget is ${mebibytes(budget.outputBytes)}.`
  return null
}

/** The smallest power of ten (times 1, 2 or 5) that brings everything within the budget; null where none does, or none can. */
function thinning(at: (every: number) => Costs, input: ForecastInput): number | null {
  // System calls and time off the CPU are measured whole or not at all.
  if (!input.items.some(({ collector }) => THINNABLE.includes(collector))) return null
  for (let power = 1; power <= MAX_EVERY; power *= 10) {
    for (const step of [2, 5, 10]) {
      const every = power * step
      if (every <= MAX_EVERY && exceeded(at(every), input.budget, input.durationMs) === null) return every
    }
  }
  return null
}

function okSentence(cost: Costs, { count, items, timed }: ForecastInput): string {
  const what =
    count === null || items.length === 0
      ? timed === null
        ? 'There is nothing to count beforehand.'
        : `${timed.hz} samples a second on ${timed.cpus} ${timed.cpus === 1 ? 'CPU' : 'CPUs'}.`
      : `The probes fire ${number(cost.hitsPerSecond)} times a second.`
  return `${what} Recording takes about ${cores(cost.cores)}, within the host's budget.`
}

const number = (value: number): string => Math.round(value).toLocaleString('en')
const mebibytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 1024 / 1024)).toLocaleString('en')} MiB`
/** With two digits that mean something. */
function cores(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3)} cores`
}
