import type { CountsDelta, TargetQuality } from '@sonde/contract'
import { BpftraceCollector, type MapSet, type SetMoment } from '../bpftrace/bpftrace-collector.ts'
import { endedNames, keyParts, numbersByKey, scalar } from '../bpftrace/map-rows.ts'
import type { CollectorResult, PublishContext } from './collector.ts'
import type { CountsPlan } from './counts-plan.ts'
import { ProcessNames } from './process-names.ts'
import { sliceTimes, type TimeSpan } from './slices.ts'

type Row = CountsDelta['slices'][number]['rows'][number]

/** `counts`: slices are differences of the maps' readings, which only grow. Where one in n events is recorded, it stands for n. */
export class CountsCollector extends BpftraceCollector {
  readonly id = 'counts'
  private readonly plan: CountsPlan
  private readonly names = new ProcessNames()
  private counts = new Map<string, number>()
  private sums = new Map<string, number>()
  private slices: { span: TimeSpan; rows: Row[] }[] = []
  private lastNs = 0
  /** Counted before everything was attached. */
  private before = 0
  private beforeInMap = 0
  private hits = 0
  private lost = 0
  private lostPublished = 0
  private truncated = false
  private published = 0

  constructor(plan: CountsPlan) {
    super(plan)
    this.plan = plan
  }

  get activity(): { hits: number } {
    return { hits: this.hits * this.plan.every }
  }

  get isEmpty(): boolean {
    return this.published === 0
  }

  protected takeSet(maps: MapSet, { kind, ns }: SetMoment): void {
    this.names.addEnded(endedNames(maps))
    const counts = numbersByKey(maps, '@c')
    const sums = numbersByKey(maps, '@t')
    const counted = scalar(maps, '@n')
    if (kind === 'ready') {
      this.before = counted
      this.beforeInMap = total(counts)
    } else {
      this.slices.push({ span: { fromNs: this.lastNs, toNs: ns }, rows: this.newRows(counts, sums) })
      this.hits = counted - this.before
      this.truncated ||= counts.size >= this.plan.mapKeys
      // While the program runs the total is read a moment after the rest, and is ahead of it.
      if (kind === 'last' || this.truncated) this.lost = Math.max(0, counted - this.before - (total(counts) - this.beforeInMap))
    }
    this.counts = counts
    this.sums = sums
    this.lastNs = ns
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    const slices = this.slices.splice(0).flatMap(({ span, rows }) => {
      const times = sliceTimes(span, context.zeroNs)
      return times === null ? [] : [{ ...times, rows: rows.filter(({ pid }) => !context.isExcluded(pid)) }]
    })
    const lost = this.lost - this.lostPublished
    if (slices.length === 0 && lost === 0 && !context.final) return
    this.lostPublished = this.lost
    const pids = slices.flatMap(({ rows }) => rows.map(({ pid }) => pid))
    this.published += slices.reduce((sum, { rows }) => sum + rows.reduce((all, { count }) => all + count, 0), 0)
    await sink({
      kind: 'counts',
      delta: {
        version: 1,
        probes: this.plan.probes.fire.map(({ label }) => label),
        processes: await this.names.list(pids, context),
        slices,
        // In the same units as the rows: each that was recorded stands for so many.
        lost: lost * this.plan.every,
        truncated: this.truncated,
      },
    })
  }

  override addQuality(quality: TargetQuality): void {
    super.addQuality(quality)
    quality.hits += this.published / this.plan.every
    quality.mapsTruncated ||= this.truncated
  }

  private newRows(counts: ReadonlyMap<string, number>, sums: ReadonlyMap<string, number>): Row[] {
    const rows: Row[] = []
    const { group, keyHasProbe, every } = this.plan
    const fixed = keyHasProbe ? 2 : 1
    for (const [key, total] of counts) {
      const count = total - (this.counts.get(key) ?? 0)
      if (count <= 0) continue
      const parts = keyParts(key, fixed + group.numbers)
      if (parts === null) continue
      const [probe, pid] = keyHasProbe ? parts : [0, parts[0]]
      const sum = (sums.get(key) ?? 0) - (this.sums.get(key) ?? 0)
      const row = { pid: Number(pid), probe: Number(probe), key: group.read(parts.slice(fixed)) }
      rows.push({ ...row, count: count * every, sum: sum * every })
    }
    return rows
  }
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0)
