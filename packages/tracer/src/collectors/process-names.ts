import type { PublishContext } from './collector.ts'

const MAX_NAME = 64
/** Names of processes that ended are kept for so many. */
const MAX_ENDED = 50_000

/** Names of processes: of those that ended, what they were called then; else what they are called now. */
export class ProcessNames {
  private readonly ended = new Map<number, string>()

  addEnded(names: Iterable<readonly [pid: number, comm: string]>): void {
    for (const [pid, comm] of names) {
      this.ended.delete(pid)
      this.ended.set(pid, comm)
    }
    for (const pid of this.ended.keys()) {
      if (this.ended.size <= MAX_ENDED) break
      this.ended.delete(pid)
    }
  }

  /** `:1234` where nobody knows. Pid 0 is the kernel's idle task. */
  async list(pids: Iterable<number>, context: PublishContext): Promise<{ pid: number; comm: string }[]> {
    const commOf = await context.readComms()
    return [...new Set(pids)].map((pid) => ({
      pid,
      comm: (this.ended.get(pid) ?? commOf(pid) ?? (pid === 0 ? 'swapper' : `:${pid}`)).slice(0, MAX_NAME),
    }))
  }
}
