import { CodeMap, type MapBudget } from './code-map.ts'

type Process = { map: CodeMap }

/**
 * Names and address spaces of a recording's tasks, from its records in order of time. The rules are perf's (tools/perf/util/machine.c):
 * a thread is called as its creator until it says otherwise, a forked process begins with its parent's modules, exec clears them.
 */
export class PerfProcesses {
  private readonly comms = new Map<number, string>()
  private readonly processes = new Map<number, Process>()

  constructor(private readonly budget: MapBudget) {}

  commOf(tid: number): string {
    return this.comms.get(tid) ?? (tid === 0 ? 'swapper' : tid < 0 ? '' : `:${tid}`)
  }

  named(pid: number, tid: number, comm: string, isExec: boolean): void {
    this.comms.set(tid, comm)
    if (isExec) this.processes.delete(pid)
  }

  /** `copiesMap` is false for the records by which perf tells of processes that ran before: their modules follow. */
  forked(pid: number, parentPid: number, tid: number, parentTid: number, copiesMap: boolean): void {
    const parentComm = this.comms.get(parentTid)
    if (parentComm !== undefined) this.comms.set(tid, parentComm)
    if (pid === parentPid) return
    const parent = this.processes.get(parentPid)
    if (copiesMap && parent) this.processes.set(pid, { map: parent.map.copy() })
    else this.processes.delete(pid)
  }

  mapOf(pid: number): CodeMap {
    const known = this.processes.get(pid)
    if (known) return known.map
    const map = CodeMap.empty(this.budget)
    this.processes.set(pid, { map })
    return map
  }
}
