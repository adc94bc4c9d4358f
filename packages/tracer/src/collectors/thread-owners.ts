import { readText } from '../host/read-text.ts'

const AT_ONCE = 64
const MAX_KNOWN = 50_000

/** Which process a thread belongs to, for events that name threads by their ids. What was found is remembered: threads end. */
export class ThreadOwners {
  private readonly known = new Map<number, number>()

  /** A thread that nobody knows any more stands for itself. */
  async owners(tids: Iterable<number>): Promise<(tid: number) => number> {
    const unknown = [...new Set(tids)].filter((tid) => !this.known.has(tid))
    for (let i = 0; i < unknown.length; i += AT_ONCE) await Promise.all(unknown.slice(i, i + AT_ONCE).map((tid) => this.look(tid)))
    for (const tid of this.known.keys()) {
      if (this.known.size <= MAX_KNOWN) break
      this.known.delete(tid)
    }
    return (tid) => this.known.get(tid) ?? tid
  }

  private async look(tid: number): Promise<void> {
    const leader = /^Tgid:\s+(\d+)/m.exec(await readText(`/proc/${tid}/status`))?.[1]
    if (leader !== undefined) this.known.set(tid, Number(leader))
  }
}
