import { listPids } from './list-processes.ts'
import { readText } from './read-text.ts'

/** Names of the processes that ran at the last refresh or one before it. */
export class LiveComms {
  private readonly names = new Map<number, string>()

  async refresh(): Promise<void> {
    const pids = await listPids()
    for (let i = 0; i < pids.length; i += 64) {
      await Promise.all(
        pids.slice(i, i + 64).map(async (pid) => {
          const comm = await readText(`/proc/${pid}/comm`)
          if (comm !== '') this.names.set(pid, comm.endsWith('\n') ? comm.slice(0, -1) : comm)
        }),
      )
    }
  }

  commOf(pid: number): string | undefined {
    return this.names.get(pid)
  }
}
