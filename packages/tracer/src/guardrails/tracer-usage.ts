import { readText } from '../host/read-text.ts'
import { withDescendants } from '../run/tracer-pids.ts'

/** What tracers use: CPU seconds (user + system) since the first reading that saw them, resident bytes now, and their pids. */
export type Usage = { cpuSeconds: number; memoryBytes: number; pids: number[] }

/** USER_HZ, which is 100 on every Linux that there is a Node for. */
const TICKS_PER_SECOND = 100
/** VmRSS is in kB whatever the page size. */
const KIB = 1024

/** Reads what process trees and this process use. CPU time of a process that has ended stays counted, as of the last reading. */
export class TracerUsage {
  readonly #ticksOf = new Map<number, number>()
  #endedTicks = 0
  readonly #ownCpu = process.cpuUsage()

  /** `guardPids`: the roots of the trees. */
  async read(guardPids: readonly number[]): Promise<Usage> {
    const pids = await withDescendants(guardPids)
    const rows = await Promise.all(pids.map(readProcess))
    const alive = new Set<number>()
    let memoryBytes = 0
    for (const row of rows) {
      if (row === null) continue
      alive.add(row.pid)
      memoryBytes += row.residentBytes
      this.#ticksOf.set(row.pid, Math.max(row.ticks, this.#ticksOf.get(row.pid) ?? 0))
    }
    for (const [pid, ticks] of this.#ticksOf) {
      if (alive.has(pid)) continue
      this.#endedTicks += ticks
      this.#ticksOf.delete(pid)
    }
    const ticks = [...this.#ticksOf.values()].reduce((sum, value) => sum + value, this.#endedTicks)
    const own = process.cpuUsage(this.#ownCpu)
    return { cpuSeconds: ticks / TICKS_PER_SECOND + (own.user + own.system) / 1e6, memoryBytes, pids: [...alive] }
  }
}

async function readProcess(pid: number): Promise<{ pid: number; ticks: number; residentBytes: number } | null> {
  const [stat, status] = await Promise.all([readText(`/proc/${pid}/stat`), readText(`/proc/${pid}/status`)])
  // After the comm in parentheses: state is field 3, utime 14, stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  if (!Number.isFinite(ticks)) return null
  return { pid, ticks, residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KIB }
}
