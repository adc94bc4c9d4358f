import type { CaptureSpec, HostCommand } from '@sonde/contract'

/** What the filter came down to on this host, at the moment of planning. */
export type TraceScope =
  | { kind: 'host' }
  /** `pids` are thread group ids; what they start while the capture runs is recorded too. */
  | { kind: 'processes'; pids: number[] }
  /** `ids` are the cgroup ids (inode numbers) of the directory and of every directory below it. `path` is relative to the cgroup v2 mount. */
  | { kind: 'cgroup'; path: string; directory: string; ids: number[]; processCount: number }

/** A checked capture spec, compiled for this host: everything that `runCapture` will execute, word for word. */
export type CapturePlan = {
  spec: CaptureSpec
  scope: TraceScope
  /** One per collector, with argv as given to exec (the guards `setpriv` and `timeout` included). */
  commands: HostCommand[]
  /** Processes that the filter matches now; null without a filter. */
  matchedProcesses: number | null
  /** What perf samples on; null where the recipe takes no stacks. */
  sampledEvent: 'cpu-clock' | 'cycles' | null
  /** Where perf cannot filter (too many threads, no usable cgroup hierarchy): it samples the whole host, and the agent keeps these and their children. */
  onlyPids: number[] | null
  /** Sentences for the result's quality notes: known limits of this plan. */
  notes: string[]
}

/** What became of a filter on this host. `perfOnlyPids`: see `CapturePlan.onlyPids`. */
export type ResolvedScope = { scope: TraceScope; matchedProcesses: number | null; perfOnlyPids: number[] | null; notes: string[] }
