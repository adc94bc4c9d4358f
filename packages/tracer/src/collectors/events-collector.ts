import type { EventsDelta, TargetQuality } from '@sonde/contract'
import { BpftraceCollector, type MapSet, type SetMoment } from '../bpftrace/bpftrace-collector.ts'
import { scalar } from '../bpftrace/map-rows.ts'
import { type EventRow, RowReader } from '../bpftrace/row-reader.ts'
import type { CollectorResult, PublishContext } from './collector.ts'
import type { EventsPlan } from './events-plan.ts'
import { ThreadOwners } from './thread-owners.ts'

/** Rows are handed over as they come, not only at the regular turns: someone may be looking. */
const LIVE_EVERY_MS = 500

/**
 * Told to stop, bpftrace throws away what it has not read yet. So it is told only once no more rows of before have come for a while, or
 * half of the time is over that it may take.
 */
const QUIET = { atMostMs: 300, shareOfPatience: 0.3, pollMs: 20, waitShare: 0.5 } as const

/** `events`: rows as they come, and exact counts of those that did not. */
export class EventsCollector extends BpftraceCollector {
  readonly id = 'events'
  private readonly plan: EventsPlan
  private readonly rows: RowReader
  private readonly threads = new ThreadOwners()
  private kept = 0
  /** Rows that arrived beyond the cap, or of the tools themselves. */
  private cut = 0
  private counts = { sent: 0, overCap: 0, unmatched: 0 }
  private before = { overCap: 0, unmatched: 0 }
  private lost = 0
  private reported = { overCap: 0, lost: 0 }
  private liveTimer: NodeJS.Timeout | undefined
  private drainTimer: NodeJS.Timeout | undefined
  private lastRowAt = 0
  /** When the recording was ended before its time: what comes later is not part of it. */
  private endNs = Number.POSITIVE_INFINITY

  constructor(plan: EventsPlan) {
    super(plan)
    this.plan = plan
    this.rows = new RowReader(plan.formats)
  }

  get activity(): { hits: number } {
    const { sent, overCap } = this.counts
    return { hits: (sent + overCap - this.before.overCap) * this.plan.every }
  }

  get isEmpty(): boolean {
    return this.kept === 0
  }

  protected override takeValue(value: unknown): void {
    this.rows.take(value)
    const ns: unknown = Array.isArray(value) ? value[2] : undefined
    if (typeof ns === 'number' && ns <= this.endNs) this.lastRowAt = performance.now()
    this.liveTimer ??= setTimeout(() => {
      this.liveTimer = undefined
      this.onReady?.()
    }, LIVE_EVERY_MS)
  }

  protected takeSet(maps: MapSet, { kind }: SetMoment): void {
    // Whatever had been sent at the reading before this one has arrived by now, or never will.
    this.lost = Math.max(this.lost, this.counts.sent - this.rows.arrived)
    this.counts = { sent: scalar(maps, '@k'), overCap: scalar(maps, '@o'), unmatched: scalar(maps, '@u') }
    // Nothing is sent before everything is attached.
    if (kind === 'ready') this.before = this.counts
    // Told to stop, bpftrace drops what it has not read yet, and what comes while it detaches: that is after the end, not lost.
    if (kind === 'last' && !this.run.wasInterrupted) this.lost = Math.max(this.lost, this.counts.sent - this.rows.arrived)
  }

  override stop(end: { early: boolean; patienceMs: number }): void {
    if (!end.early || this.over) {
      super.stop(end)
      return
    }
    this.endNs = Math.min(this.endNs, Number(process.hrtime.bigint()))
    const toldAt = performance.now()
    const waitMs = end.patienceMs * QUIET.waitShare
    const quietMs = Math.min(QUIET.atMostMs, end.patienceMs * QUIET.shareOfPatience)
    clearTimeout(this.drainTimer)
    const wait = () => {
      const now = performance.now()
      if (now - toldAt < waitMs && now - Math.max(this.lastRowAt, toldAt) < quietMs) this.drainTimer = setTimeout(wait, QUIET.pollMs)
      else super.stop({ early: true, patienceMs: toldAt + end.patienceMs - now })
    }
    wait()
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    const arrived = this.rows.drain(context.final)
    const rows = arrived.filter((row) => row.ns >= context.zeroNs && row.ns <= this.endNs && !context.isExcluded(row.pid))
    const kept = rows.slice(0, Math.max(0, this.plan.instrument.maxRows - this.kept))
    this.kept += kept.length
    this.cut += rows.length - kept.length
    const overCap = this.counts.overCap - this.before.overCap + this.cut
    if (kept.length === 0 && overCap === this.reported.overCap && this.lost === this.reported.lost && !context.final) return
    const delta: EventsDelta = {
      version: 1,
      fields: this.plan.fields,
      rows: await this.withNames(kept, context),
      overCap: overCap - this.reported.overCap,
      lost: this.lost - this.reported.lost,
    }
    this.reported = { overCap, lost: this.lost }
    await sink({ kind: 'events', delta })
  }

  override addQuality(quality: TargetQuality): void {
    super.addQuality(quality)
    quality.hits += this.kept
    quality.overCapEvents += this.reported.overCap
    quality.unmatchedSpans += this.counts.unmatched - this.before.unmatched
    if (this.rows.stray > 0) quality.notes.push(`${this.rows.stray} lines of bpftrace belong to no event.`)
  }

  override async close(): Promise<void> {
    clearTimeout(this.liveTimer)
    clearTimeout(this.drainTimer)
    await super.close()
  }

  private async withNames(rows: readonly EventRow[], context: PublishContext): Promise<EventsDelta['rows']> {
    const commOf = rows.some(({ comm }) => comm === null) ? await context.readComms() : () => undefined
    const processOf = this.plan.namesThreads ? await this.threads.owners(rows.map(({ tid }) => tid)) : null
    return rows.map(({ ns, cpu, pid, tid, comm, values }) => ({
      timeUs: (ns - context.zeroNs) / 1000,
      cpu,
      pid: processOf?.(tid) ?? pid,
      tid,
      comm: comm ?? commOf(pid) ?? `:${pid}`,
      values,
    }))
  }
}
