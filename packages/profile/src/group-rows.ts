import { type CallTreeOptions, GROUP_KIND } from './call-tree.ts'
import { InternedRows } from './interned-rows.ts'
import type { Profile } from './profile.ts'

/** Hosts, processes and threads, or libraries, as one table of rows above the functions, parents first. Row 0 is the root. */
export type GroupRows = {
  length: number
  parent: number[]
  label: string[]
  kind: number[]
  /** Thread row that stands for a process or thread; -1 elsewhere. */
  thread: number[]
}

/** `ofThread`: for each thread row of the profile the group row that its samples belong to. */
export type ThreadGroups = GroupRows & { ofThread: Uint32Array }
/** `ofFrame`: for each frame row the group row of samples whose innermost frame it is. */
export type ModuleGroups = GroupRows & { ofFrame: Uint32Array }

function rootRow(): GroupRows {
  return { length: 1, parent: [-1], label: [ROOT_LABEL], kind: [GROUP_KIND.root], thread: [-1] }
}

export const ROOT_LABEL = 'all'

/**
 * - Rows are by (host, pid) and (host, pid, tid): a thread that renames itself (exec) is one row, named by its most weighted comm.
 * - A process is named by its main thread (tid = pid) where that is known, else by its most weighted comm.
 * - The host row stands above where the profile has several hosts, whatever is selected: a selection must not move the paths.
 *   Grouped by host it always stands, by cgroup never: a service has the same path on every host.
 * - A file that knows no process at all (folded stacks, say) has no row of "unknown process" above everything.
 *
 * `threadWeight`: weight of the selected samples by thread row; `kept`: threads that get rows.
 */
export function groupThreads(
  profile: Profile,
  group: Exclude<CallTreeOptions['group'], 'module'>,
  threadWeight: Float64Array,
  kept: Uint8Array,
): ThreadGroups {
  const { hosts, threads, strings } = profile
  const rows: ThreadGroups = { ...rootRow(), ofThread: new Uint32Array(threads.length) }
  if (group === 'merged') return rows

  const comm = (thread: number) => strings[threads.comm[thread] ?? 0] ?? ''
  const knowsProcesses = threads.pid.some((pid, i) => pid >= 0 || comm(i) !== '')
  const leaders = leadersOf(profile, threadWeight)
  const known = new InternedRows()
  known.intern(GROUP_KIND.root, 0)
  const cgroups = new Map<string, number>()
  const rowFor = (kind: number, parent: number, key: number, thread: number, label: () => string): number => {
    const row = known.intern(kind, parent, key)
    if (row < rows.length) return row
    rows.parent.push(parent)
    rows.label.push(label())
    rows.kind.push(kind)
    rows.thread.push(thread)
    return rows.length++
  }

  for (let i = 0; i < threads.length; i++) {
    if (kept[i] === 0) continue
    const host = threads.host[i] ?? 0
    const pid = threads.pid[i] ?? -1
    const tid = threads.tid[i] ?? -1
    let row = 0
    if (group === 'cgroup') {
      // By text: nothing says that a table holds each only once.
      const path = strings[threads.cgroup[i] ?? 0] ?? ''
      const key = cgroups.get(path) ?? cgroups.size
      cgroups.set(path, key)
      rows.ofThread[i] = rowFor(GROUP_KIND.cgroup, 0, key, -1, () => path || 'unknown cgroup')
      continue
    }
    if (hosts.length > 1 || group === 'host')
      row = rowFor(GROUP_KIND.host, row, host, -1, () => hosts.name[host] || hosts.id[host] || 'unknown host')
    rows.ofThread[i] = row
    if (group === 'host' || !knowsProcesses) continue
    const process = leaders.process[i] ?? i
    row = rowFor(GROUP_KIND.process, row, pid, process, () => processLabel(comm(process), pid))
    const thread = leaders.thread[i] ?? i
    if (group === 'thread') row = rowFor(GROUP_KIND.thread, row, tid, thread, () => threadLabel(comm(thread), tid))
    rows.ofThread[i] = row
  }
  return rows
}

/** One row for each library in which a sample of a kept thread, in the run [from, to), ends. */
export function groupModules(profile: Profile, keptThreads: Uint8Array, from: number, to: number): ModuleGroups {
  const { strings, frames, stacks, samples } = profile
  const rows: ModuleGroups = { ...rootRow(), ofFrame: new Uint32Array(frames.length) }
  const rowOfModule = new Int32Array(strings.length).fill(-1)
  for (let i = from; i < to; i++) {
    const stack = samples.stack[i] ?? -1
    if (stack < 0 || keptThreads[samples.thread[i] ?? 0] === 0) continue
    const frame = stacks.frame[stack] ?? 0
    if (rows.ofFrame[frame] !== 0) continue
    const module = frames.module[frame] ?? 0
    let row = rowOfModule[module] ?? -1
    if (row < 0) {
      rows.parent.push(0)
      rows.label.push(strings[module] || 'no library')
      rows.kind.push(GROUP_KIND.module)
      rows.thread.push(-1)
      row = rows.length++
      rowOfModule[module] = row
    }
    rows.ofFrame[frame] = row
  }
  return rows
}

/** pid -1: from an import that does not know it. */
function processLabel(comm: string, pid: number): string {
  const name = comm === '' ? 'unknown process' : comm
  return pid < 0 ? name : `${name} (${pid})`
}

function threadLabel(comm: string, tid: number): string {
  const name = comm === '' ? 'unknown thread' : comm
  return tid < 0 ? name : `${name} ${tid}`
}

/** For each thread row: the row that names its process, and the row that names its thread. */
function leadersOf(profile: Profile, threadWeight: Float64Array): { process: Uint32Array; thread: Uint32Array } {
  const { threads } = profile
  const processes = new InternedRows()
  const tids = new InternedRows()
  const processOf = new Uint32Array(threads.length)
  const tidOf = new Uint32Array(threads.length)
  for (let i = 0; i < threads.length; i++) {
    const process = processes.intern(threads.host[i] ?? 0, threads.pid[i] ?? -1)
    processOf[i] = process
    tidOf[i] = tids.intern(process, threads.tid[i] ?? -1)
  }
  const weightOf = (thread: number) => threadWeight[thread] ?? 0
  const threadLeader = new Int32Array(tids.length).fill(-1)
  for (let i = 0; i < threads.length; i++) {
    const tid = tidOf[i] ?? 0
    const leader = threadLeader[tid] ?? -1
    if (leader < 0 || weightOf(i) > weightOf(leader)) threadLeader[tid] = i
  }
  const commLeader = mostWeightedComm(profile, processOf, threadWeight)
  const processLeader = new Int32Array(processes.length).fill(-1)
  for (let i = 0; i < threads.length; i++) {
    const process = processOf[i] ?? 0
    if (threads.pid[i] === threads.tid[i]) processLeader[process] = threadLeader[tidOf[i] ?? 0] ?? i
    else if ((processLeader[process] ?? -1) < 0) processLeader[process] = commLeader[process] ?? i
  }
  return { process: processOf.map((process) => processLeader[process] ?? 0), thread: tidOf.map((tid) => threadLeader[tid] ?? 0) }
}

/** By process: the first thread row with the comm that has the most weight over the process's threads. */
function mostWeightedComm(profile: Profile, processOf: Uint32Array, threadWeight: Float64Array): Uint32Array {
  const { threads } = profile
  const comms = new InternedRows()
  const weights: number[] = []
  const first: number[] = []
  for (let i = 0; i < threads.length; i++) {
    const row = comms.intern(processOf[i] ?? 0, threads.comm[i] ?? 0)
    if (row === weights.length) {
      weights.push(0)
      first.push(i)
    }
    weights[row] = (weights[row] ?? 0) + (threadWeight[i] ?? 0)
  }
  const best = new Map<number, number>()
  for (let row = 0; row < weights.length; row++) {
    const process = comms.cell(row, 0)
    const leader = best.get(process)
    if (leader === undefined || (weights[row] ?? 0) > (weights[leader] ?? 0)) best.set(process, row)
  }
  const leaders = new Uint32Array(threads.length)
  for (const [process, row] of best) leaders[process] = first[row] ?? 0
  return leaders
}
