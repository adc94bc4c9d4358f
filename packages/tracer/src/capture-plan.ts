import type { CaptureSpec, HostCommand } from '@sonde/contract'
import type { CountsPlan } from './collectors/counts-plan.ts'
import type { EventsPlan } from './collectors/events-plan.ts'
import type { LatencyPlan } from './collectors/latency-plan.ts'
import type { OffcpuPlan } from './collectors/offcpu-plan.ts'
import type { PmuPlan } from './collectors/pmu-plan.ts'
import type { StacksPlan } from './collectors/stacks-plan.ts'
import type { SyscallsPlan } from './collectors/syscalls-plan.ts'
import type { ResolvedProbe } from './probes/resolved-probe.ts'

/** What the filter came down to on this host, at the moment of planning: which processes, and which users and CPUs of them. */
export type TraceScope = ProcessScope & {
  /** Only what runs as this user. Absent: all. */
  uid?: number | undefined
  /** Only what happens on these CPUs, which exist. Absent: all. */
  cpus?: readonly number[] | undefined
}

export type ProcessScope =
  | { kind: 'host' }
  /** `pids` are thread group ids; what they start while the capture runs is recorded too. `tids`: their threads, for events that name those. */
  | { kind: 'processes'; pids: number[]; tids?: readonly number[] }
  /** `ids` are the cgroup ids (inode numbers) of the directory and of every directory below it. `path` is relative to the cgroup v2 mount. */
  | { kind: 'cgroup'; path: string; directory: string; ids: number[]; processCount: number; tids?: readonly number[] }

/** What became of a filter on this host. */
export type ResolvedScope = {
  scope: TraceScope
  /** Processes that the filter matches now; null without a filter. */
  matchedProcesses: number | null
  /** Where perf cannot filter (too many threads, no usable cgroup hierarchy): it samples the whole host, and the agent keeps these and their children. */
  perfOnlyPids: number[] | null
  notes: string[]
}

export type CollectorPlan = StacksPlan | SyscallsPlan | OffcpuPlan | CountsPlan | LatencyPlan | EventsPlan | PmuPlan

/** A checked capture spec, compiled for this host: everything that `runCapture` will execute, word for word. */
export type CapturePlan = ResolvedScope & {
  spec: CaptureSpec
  /** One per instrument, in the order of the spec. */
  collectors: readonly CollectorPlan[]
  /** Lets go of the files that resolved probes hold open. Called once the plan is of no more use; may be called again. */
  release(): void
}

/** Every command of a plan, in order. */
export const commandsOf = (plan: Pick<CapturePlan, 'collectors'>): HostCommand[] =>
  plan.collectors.flatMap((collector) => collector.commands)

/** Everything that a plan attaches, wildcards resolved. */
export const resolvedProbesOf = (plan: Pick<CapturePlan, 'collectors'>): ResolvedProbe[] =>
  plan.collectors.flatMap(({ probes }) => [...probes.start, ...probes.fire])
