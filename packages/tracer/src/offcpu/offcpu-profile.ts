import { FRAME_KIND, type Profile, ProfileBuilder, type ProfileMeta } from '@sonde/profile'
import type { FrameCounts } from '../stacks/stack-profile.ts'
import { type ResolvedFrame, UNKNOWN_USER_FRAME } from '../stacks/symbol-text.ts'
import type { BlockedRow, StackRef } from './blocked-rows.ts'

/** Innermost kernel frames of the recording itself. */
const OWN_FRAME =
  /^(bpf_trace_run\d+|__bpf_trace_sched_(switch|waking|wakeup)|__traceiter_sched_(switch|waking|wakeup)|bpf_prog_.*|trace_event_raw_event_.*|perf_trace_.*)$/
/** Module of the frame that stands between a thread's stack and its waker's. */
export const WAKER_MODULE = '[waker]'
const LOST_FRAME: ResolvedFrame = { ...UNKNOWN_USER_FRAME, module: '[lost]' }

export type OffcpuProfileOptions = {
  meta: ProfileMeta
  host: { id: string; name: string }
  zeroNs: number
  /** Frames of a chain, innermost first. */
  framesOf(chain: number): readonly ResolvedFrame[]
  isExcluded(pid: number): boolean
  cgroups?: { of(pid: number): string } | undefined
  /** Told of frames without a name. */
  unknown?: { add(pid: number, comm: string, module: string, count: number): void }
}

/**
 * Blocked time as a profile: weights are ns. With wakers, the waker's stack stands on top of the thread's, upside down, so that what
 * woke meets what waited:
 *
 *   main → wait_for_other → read → schedule  |  waker: probed  |  try_to_wake_up ← write ← wake_other ← start_thread
 *   outermost                                                                                             innermost
 *
 * (docs/formats/profile.md.)
 */
export function offcpuProfile(
  rows: readonly BlockedRow[],
  options: OffcpuProfileOptions,
): { profile: Profile; counts: FrameCounts; waits: number } {
  const { host, zeroNs, unknown } = options
  const builder = new ProfileBuilder(options.meta)
  const hostRow = builder.addHost(host.id, host.name)
  const counts: FrameCounts = { frames: 0, unknownFrames: 0 }
  let waits = 0
  const add = (stack: number, { name, module, kind }: ResolvedFrame, pid: number, comm: string): number => {
    counts.frames++
    if (kind === FRAME_KIND.unknown) {
      counts.unknownFrames++
      unknown?.add(pid, comm, module, 1)
    }
    return builder.addStack(stack, builder.addFrame(name, module, kind))
  }
  for (const { thread, stack, waker, timeNs, blockedNs, count } of rows) {
    if (options.isExcluded(thread.pid)) continue
    let row = -1
    for (const frame of framesOf(stack, options).reverse()) row = add(row, frame, thread.pid, thread.comm)
    if (waker !== null) {
      row = builder.addStack(row, builder.addFrame(`waker: ${waker.thread.comm}`, WAKER_MODULE, FRAME_KIND.user))
      for (const frame of framesOf(waker.stack, options)) row = add(row, frame, waker.thread.pid, waker.thread.comm)
    }
    const threadRow = builder.addThread(hostRow, thread.pid, thread.tid, thread.comm, options.cgroups?.of(thread.pid))
    // What had begun before time 0 counts from there on: no thread waits longer than the time there was.
    builder.addSample(row, threadRow, Math.max(0, timeNs - zeroNs) / 1000, Math.min(blockedNs, Math.max(0, timeNs - zeroNs)), count)
    waits += count
  }
  return { profile: builder.build(), counts, waits }
}

/** Innermost first, without those of the recording itself; what is lost shows as a frame without a name, and is counted as one. */
function framesOf({ chain, lost }: StackRef, options: OffcpuProfileOptions): ResolvedFrame[] {
  const frames = chain === null ? [] : [...options.framesOf(chain)]
  const own = frames.findIndex(({ kind, name }) => kind !== FRAME_KIND.kernel || !OWN_FRAME.test(name))
  const kept = frames.slice(own < 0 ? frames.length : own)
  return [...(lost.kernel ? [LOST_FRAME] : []), ...kept, ...(lost.user ? [LOST_FRAME] : [])]
}
