import { type RawField, rawDataAt, readRawField } from '@sonde/profile/perf-data'
import { numberField, readEventFormat } from '../stacks/event-format.ts'
import { type EventTraits, PLAIN_TRAITS } from '../stacks/event-traits.ts'
import { type AgentCondition, SampleFilter } from '../stacks/sample-filter.ts'
import { StackCapture, type StackCaptureOptions } from '../stacks/stack-capture.ts'
import type { StackSample } from '../stacks/stack-recorder.ts'
import type { BlockedCounts, BlockedRow } from './blocked-rows.ts'
import { SwitchSpans } from './switch-spans.ts'

export type SwitchRecorderOptions = Pick<StackCaptureOptions, 'record' | 'script' | 'onlyPids'> & {
  conditions: readonly AgentCondition[]
  minBlockedUs: number
  onRow(row: BlockedRow): void
}

/** perf at work with every switch of the scheduler (PerfRecordInput `switches`): its records become waits. */
export class SwitchRecorder {
  readonly capture: StackCapture
  private readonly spans: SwitchSpans
  private readonly filter: SampleFilter
  /** Ids of the two tracepoints; -1: not there. */
  private readonly switchId: number
  private readonly wakingId: number
  /** In sched_waking: the thread that is woken. */
  private readonly wokenField: RawField | null

  constructor({ record, script, onlyPids, conditions, minBlockedUs, onRow }: SwitchRecorderOptions) {
    const waking = readEventFormat('sched:sched_waking')
    this.switchId = readEventFormat('sched:sched_switch')?.id ?? -1
    this.wakingId = waking?.id ?? -1
    this.wokenField = waking && numberField(waking, 'pid')
    this.filter = new SampleFilter(conditions)
    this.spans = new SwitchSpans({ minBlockedUs, onRow })
    this.capture = new StackCapture({
      record,
      script,
      onlyPids,
      traitsOf: ({ config }): EventTraits | null => {
        if (config === this.switchId) return PLAIN_TRAITS
        return config === this.wakingId ? { ...PLAIN_TRAITS, everyone: true, keepIdle: true } : null
      },
      ...(this.filter.isOpen ? {} : { keeps: (thread) => this.filter.keeps(thread) }),
      onStack: (sample) => this.take(sample),
      onSwitchIn: (_pid, tid, timeNs) => this.spans.back(tid, timeNs),
      onExit: (tid) => this.spans.exited(tid),
    })
  }

  get counts(): BlockedCounts {
    return this.spans.counts
  }

  /** The recording is over at this time (CLOCK_MONOTONIC ns). */
  finish(timeNs: number): void {
    this.spans.finish(timeNs)
  }

  private take({ event, thread, chain, timeNs, block, offset }: StackSample): void {
    if (event.attr.config === this.switchId) {
      this.spans.away(thread, chain, timeNs)
      return
    }
    const woken = this.wokenField && readRawField(this.wokenField, block, offset, rawDataAt(event, block, offset))
    if (woken !== null) this.spans.wake(woken, thread, chain)
  }
}
