/**
 * Who is who while a capture runs, from perf's COMM, FORK, EXIT and MMAP records in order of time: the name of each thread, and
 * which address space a process has. The rules are perf's own (tools/perf/util/machine.c), so that names come out alike.
 *
 * A space is a number under which resolved addresses are remembered. Two processes share one from fork on, until one of them maps
 * code; exec gives a new one, and so does code mapped over an address that is already remembered.
 */
export class ProcessTable {
  /** The kernel's "space": a new number whenever kernel code is loaded over remembered addresses. */
  kernelSpace = 0
  private spaceCount = 1
  private readonly threads = new Map<number, Thread>()
  private readonly spaceOfPid = new Map<number, number>()
  private readonly spaces = new Map<number, Space>()
  /** Exited tids, oldest first: kept for a while, since samples may come from a task after its exit record. */
  private exited: number[] = []

  constructor() {
    this.spaces.set(0, emptySpace())
  }

  /** Number of the thread's current (pid, tid, name); changes when it is renamed. */
  threadOf(pid: number, tid: number): Thread {
    const known = this.threads.get(tid)
    if (known !== undefined && (known.pid === pid || known.pid === -1)) return known
    const thread: Thread = { pid, tid, comm: tid === 0 ? 'swapper' : `:${tid}` }
    this.threads.set(tid, thread)
    return thread
  }

  comm(pid: number, tid: number, name: string, exec: boolean): void {
    this.threads.set(tid, { pid, tid, comm: name })
    if (exec) this.renewSpace(pid)
  }

  /** `cloneMaps` is false for the records by which perf tells of processes that ran before. */
  fork(pid: number, parentPid: number, tid: number, parentTid: number, cloneMaps: boolean): void {
    const parent = this.threads.get(parentTid)
    this.threads.set(tid, { pid, tid, comm: parent?.comm ?? `:${tid}` })
    if (pid === parentPid) return
    this.release(pid)
    if (!cloneMaps) return
    const space = this.spaceOf(parentPid)
    this.spaceOfPid.set(pid, space)
    const shared = this.spaces.get(space)
    if (shared !== undefined) shared.users++
  }

  exit(_pid: number, tid: number): void {
    this.exited.push(tid)
    if (this.exited.length < 20_000) return
    for (const old of this.exited.slice(0, 10_000)) {
      const thread = this.threads.get(old)
      this.threads.delete(old)
      if (thread !== undefined && thread.pid === old) this.release(old)
    }
    this.exited = this.exited.slice(10_000)
  }

  /** Code was mapped at [start, end). */
  mapped(pid: number, start: number, end: number): void {
    const space = this.spaces.get(this.spaceOf(pid))
    if (space === undefined) return
    if (space.users > 1 || overlaps(space, start, end)) this.renewSpace(pid)
  }

  kernelMapped(start: number, end: number): void {
    const space = this.spaces.get(this.kernelSpace)
    if (space !== undefined && overlaps(space, start, end)) {
      this.kernelSpace = this.spaceCount++
      this.spaces.set(this.kernelSpace, emptySpace())
    }
  }

  spaceOf(pid: number): number {
    const known = this.spaceOfPid.get(pid)
    return known ?? this.renewSpace(pid)
  }

  /** An address was looked up in this space: from now on it is remembered there. */
  remember(space: number, address: number): void {
    const remembered = this.spaces.get(space)
    if (remembered === undefined) return
    remembered.addresses.push(address)
    if (address < remembered.least) remembered.least = address
    if (address > remembered.most) remembered.most = address
  }

  private renewSpace(pid: number): number {
    this.release(pid)
    const space = this.spaceCount++
    this.spaceOfPid.set(pid, space)
    this.spaces.set(space, emptySpace())
    return space
  }

  private release(pid: number): void {
    const space = this.spaceOfPid.get(pid)
    if (space === undefined) return
    this.spaceOfPid.delete(pid)
    const shared = this.spaces.get(space)
    if (shared !== undefined && --shared.users === 0) this.spaces.delete(space)
  }
}

export type Thread = { pid: number; tid: number; comm: string }

/** `addresses` as doubles: exact for user space, to 2^11 bytes at the top of kernel space, where `overlaps` errs on the safe side. */
type Space = { users: number; addresses: number[]; least: number; most: number }

const emptySpace = (): Space => ({ users: 1, addresses: [], least: Number.POSITIVE_INFINITY, most: 0 })

function overlaps(space: Space, start: number, end: number): boolean {
  return start <= space.most && end >= space.least && space.addresses.some((address) => address >= start && address <= end)
}
