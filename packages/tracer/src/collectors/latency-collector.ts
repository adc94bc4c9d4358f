import type { LatencyDelta, TargetQuality } from '@sonde/contract'
import { BpftraceCollector, type MapSet, type SetMoment } from '../bpftrace/bpftrace-collector.ts'
import { endedNames, histogramsByKey, keyParts, maximaByKey, numbersByKey, scalar } from '../bpftrace/map-rows.ts'
import type { CollectorResult, PublishContext } from './collector.ts'
import type { LatencyPlan } from './latency-plan.ts'
import { ProcessNames } from './process-names.ts'
import { sliceTimes, type TimeSpan } from './slices.ts'
import { ThreadOwners } from './thread-owners.ts'

type Row = LatencyDelta['slices'][number]['rows'][number]
type Histograms = ReadonlyMap<string, ReadonlyMap<number, number>>

/**
 * `latency`: slices are differences of the maps' readings, which only grow; the longest of each slice comes from the map of its turn.
 * Where one in n spans is recorded, it stands for n.
 */
export class LatencyCollector extends BpftraceCollector {
  readonly id = 'latency'
  private readonly plan: LatencyPlan
  private readonly names = new ProcessNames()
  private readonly threads = new ThreadOwners()
  private histograms: Histograms = new Map()
  private sums: ReadonlyMap<string, number> = new Map()
  private slices: { span: TimeSpan; rows: Row[] }[] = []
  private lastNs = 0
  /** Spans that ended before everything was attached. */
  private before = { counted: 0, inMap: 0, unmatched: 0 }
  private spans = 0
  private unmatched = 0
  private lost = 0
  private reported = { unmatched: 0, lost: 0 }
  private truncated = false
  private published = 0

  constructor(plan: LatencyPlan) {
    super(plan)
    this.plan = plan
  }

  get activity(): { hits: number } {
    // A span has two ends.
    return { hits: 2 * this.spans * this.plan.every + this.unmatched }
  }

  get isEmpty(): boolean {
    return this.published === 0
  }

  protected takeSet(maps: MapSet, { kind, ns }: SetMoment): void {
    this.names.addEnded(endedNames(maps))
    const histograms = histogramsByKey(maps, '@h')
    const sums = numbersByKey(maps, '@t')
    const counted = scalar(maps, '@n')
    if (kind === 'ready') this.before = { counted, inMap: total(histograms), unmatched: scalar(maps, '@u') }
    else {
      const longest = maximaByKey(maps, ['@m0', '@m1'])
      this.slices.push({ span: { fromNs: this.lastNs, toNs: ns }, rows: this.newRows(histograms, sums, longest) })
      this.spans = counted - this.before.counted
      this.unmatched = scalar(maps, '@u') - this.before.unmatched
      this.truncated ||= entries(histograms) >= this.plan.mapKeys
      // While the program runs the total is read a moment after the rest, and is ahead of it.
      if (kind === 'last' || this.truncated) this.lost = Math.max(0, this.spans - (total(histograms) - this.before.inMap))
    }
    this.histograms = histograms
    this.sums = sums
    this.lastNs = ns
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    const taken = this.slices.splice(0)
    const processOf = this.plan.namesThreads ? await this.threads.owners(taken.flatMap(({ rows }) => rows.map(({ pid }) => pid))) : null
    const slices = taken.flatMap(({ span, rows }) => {
      const times = sliceTimes(span, context.zeroNs)
      const ofProcesses = processOf === null ? rows : addUp(rows.map((row) => ({ ...row, pid: processOf(row.pid) })))
      return times === null ? [] : [{ ...times, rows: ofProcesses.filter(({ pid }) => !context.isExcluded(pid)) }]
    })
    const unmatched = Math.max(0, this.unmatched - this.reported.unmatched)
    const lost = Math.max(0, this.lost - this.reported.lost)
    if (slices.length === 0 && unmatched === 0 && lost === 0 && !context.final) return
    this.reported = { unmatched: this.unmatched, lost: this.lost }
    this.published += slices.reduce((sum, { rows }) => sum + rows.reduce((all, { count }) => all + count, 0), 0)
    const pids = slices.flatMap(({ rows }) => rows.map(({ pid }) => pid))
    const truncated = this.truncated || this.run.timesFull > 0
    await sink({
      kind: 'latency',
      delta: { version: 1, processes: await this.names.list(pids, context), slices, unmatched, lost: lost * this.plan.every, truncated },
    })
  }

  override addQuality(quality: TargetQuality): void {
    super.addQuality(quality)
    quality.hits += this.published / this.plan.every
    quality.unmatchedSpans += this.reported.unmatched
    quality.mapsTruncated ||= this.truncated
  }

  private newRows(histograms: Histograms, sums: ReadonlyMap<string, number>, longest: ReadonlyMap<string, number>): Row[] {
    const rows: Row[] = []
    const { group, every } = this.plan
    for (const [key, buckets] of histograms) {
      const before = this.histograms.get(key)
      const histogram = [...buckets].flatMap(([power, count]): [number, number][] => {
        const more = count - (before?.get(power) ?? 0)
        return more > 0 ? [[power, more * every]] : []
      })
      const count = histogram.reduce((sum, [, more]) => sum + more, 0)
      const parts = keyParts(key, 1 + group.numbers)
      if (count === 0 || parts === null) continue
      rows.push({
        pid: Number(parts[0]),
        key: group.read(parts.slice(1)),
        count,
        totalNs: Math.max(0, (sums.get(key) ?? 0) - (this.sums.get(key) ?? 0)) * every,
        maxNs: longest.get(key) ?? 0,
        histogram: histogram.sort(([a], [b]) => a - b),
      })
    }
    return rows
  }
}

/** Rows of one process and group as one. */
function addUp(rows: readonly Row[]): Row[] {
  const byKey = new Map<string, Row>()
  for (const row of rows) {
    const key = `${row.pid} ${row.key}`
    const known = byKey.get(key)
    if (known === undefined) {
      byKey.set(key, row)
      continue
    }
    const buckets = new Map(known.histogram)
    for (const [power, count] of row.histogram) buckets.set(power, (buckets.get(power) ?? 0) + count)
    byKey.set(key, {
      ...known,
      count: known.count + row.count,
      totalNs: known.totalNs + row.totalNs,
      maxNs: Math.max(known.maxNs, row.maxNs),
      histogram: [...buckets].sort(([a], [b]) => a - b),
    })
  }
  return [...byKey.values()]
}

const total = (histograms: Histograms): number =>
  [...histograms.values()].reduce((sum, buckets) => [...buckets.values()].reduce((all, count) => all + count, sum), 0)
const entries = (histograms: Histograms): number => [...histograms.values()].reduce((sum, buckets) => sum + buckets.size, 0)
