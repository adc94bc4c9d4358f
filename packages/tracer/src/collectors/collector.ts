import type {
  CollectorId,
  CountersDelta,
  CountsDelta,
  EventsDelta,
  HostCommand,
  LatencyDelta,
  SyscallSnapshot,
  TargetQuality,
  TargetReason,
} from '@sonde/contract'
import type { Profile } from '@sonde/profile'

/** A piece of result, as it is handed to the agent: one chunk kind each (CHUNK_KINDS). Deltas but for `syscalls`, which is cumulative. */
export type CollectorResult =
  | { kind: 'profile' | 'offcpu'; profile: Profile }
  | { kind: 'syscalls'; snapshot: SyscallSnapshot }
  | { kind: 'counts'; delta: CountsDelta }
  | { kind: 'latency'; delta: LatencyDelta }
  | { kind: 'events'; delta: EventsDelta }
  | { kind: 'counters'; delta: CountersDelta }

/** What a collector needs to know when it hands over results. */
export type PublishContext = {
  host: { id: string; name: string }
  /** CLOCK_MONOTONIC ns of time 0: when the slowest collector was attached. What happened before is left out. */
  zeroNs: number
  /** The same moment, ms since the epoch. */
  startMs: number
  /** Wall time recorded so far, ms. */
  recordedMs: number
  /** Pids of the tracers and of the agent: never part of a result that counts. */
  isExcluded(pid: number): boolean
  /** Reads the names of all processes that run now; what comes back also knows those that ran at an earlier reading. */
  readComms(): Promise<(pid: number) => string | undefined>
  /** No more will be recorded; hand over all there is. */
  final: boolean
  /** How long names may take to be resolved. */
  giveUpAfterMs: number
}

/** What the live brake looks at, cumulative since attachment. */
export type CollectorActivity = {
  /** Times its probes fired, as far as the collector can tell. */
  hits: number
}

export type CollectorFailure = { reason: TargetReason; message: string }

/**
 * One instrument at work on this host: tools were started from its plan, and run until `stop`. One file per collector implements it;
 * `run-capture.ts` knows no other face of them.
 */
export type Collector = {
  readonly id: CollectorId
  /** Resolves to true when every probe is attached, to false where that failed or the tools have ended before. Never rejects. */
  readonly attached: Promise<boolean>
  /** The tools have ended and all their output is read. Never rejects. */
  readonly ended: Promise<void>
  /** Whether `ended` has resolved. */
  readonly over: boolean
  /** The recording ended by itself, as it should have: its own deadline, or every recorded process is gone. */
  readonly endedByItself: 'time' | 'processes-gone' | null
  /** The commands as they ran, word for word. */
  readonly commands: readonly HostCommand[]
  /** Direct children of the agent that this collector started. */
  readonly guardPids: readonly number[]
  readonly activity: CollectorActivity
  /** Nothing that was recorded has been handed over. */
  readonly isEmpty: boolean
  /** Called once every collector that could attach has: time 0 of the recording. For tools that wait to be told. */
  begin?(): void
  /** Called whenever there is something new to publish before the next regular turn (may never be called). */
  onReady: (() => void) | null
  /**
   * Ends the recording: the tools print what they have. Over when `ended` resolves, at the latest a moment after `patienceMs`.
   * `early`: before the time that was asked for; where it is not, tools that keep the time themselves get a moment to end by themselves.
   * May be called again to hurry.
   */
  stop(end: { early: boolean; patienceMs: number }): void
  /** Hands over what is new since the last call, about every 2 s while recording and once at the end. Awaits the sink (back-pressure). */
  publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void>
  /** Why it has failed, or failed to attach; null while all is well and after a good end. */
  failure(): CollectorFailure | null
  /** Adds this collector's counts, losses, CPU seconds and notes. Called at least once, at the latest after `close`; each time on a fresh quality. */
  addQuality(quality: TargetQuality): void
  /** Makes sure that nothing is left: processes, probes, descriptors. `hurry`: someone waits for a cancel. May be called again. Never rejects. */
  close(hurry: boolean): Promise<void>
}
