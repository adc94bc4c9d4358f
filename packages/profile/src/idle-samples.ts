import type { Profile } from './profile.ts'

/** Functions that the kernel's idle task is in while there is nothing to run; FlameScope tells idle samples by the same. */
const IDLE_FUNCTION = /cpu_?idle|native_safe_halt|xen_hypercall_(sched|vcpu)_op/

/**
 * Which samples say that nothing ran: those of the kernel's idle task (pid 0, or named swapper where an import knows no pids) within its
 * idle function. What that task does beside (an interrupt that it was woken for) is work. Null where the profile has no idle task:
 * agents leave it out, files of `perf record -a` hold it.
 *
 * Returns the thread rows that are the idle task, and the stack rows that lie in an idle function; a sample is idle if both say so.
 */
export function idleOf({ strings, threads, frames, stacks }: Profile): { threads: Uint8Array; stacks: Uint8Array } | null {
  const idleThreads = new Uint8Array(threads.length)
  let hasIdleTask = false
  for (let i = 0; i < threads.length; i++) {
    const pid = threads.pid[i] ?? -1
    const comm = strings[threads.comm[i] ?? 0] ?? ''
    if (pid !== 0 && (pid > 0 || !comm.startsWith('swapper'))) continue
    idleThreads[i] = 1
    hasIdleTask = true
  }
  if (!hasIdleTask) return null
  const idleFrames = new Uint8Array(frames.length)
  for (let i = 0; i < frames.length; i++) idleFrames[i] = IDLE_FUNCTION.test(strings[frames.name[i] ?? 0] ?? '') ? 1 : 0
  const idleStacks = new Uint8Array(stacks.length)
  // Parents come first, and what is called from an idle function is idle.
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] ?? -1
    idleStacks[i] = (parent >= 0 && idleStacks[parent] === 1) || idleFrames[stacks.frame[i] ?? 0] === 1 ? 1 : 0
  }
  return { threads: idleThreads, stacks: idleStacks }
}
