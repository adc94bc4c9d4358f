import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { HostLoad } from '@sonde/contract'
import { readPressure } from './pressure.ts'

/** Jiffies of all CPUs together, from the `cpu` line of /proc/stat. */
export type CpuTimes = { total: number; idle: number; ioWait: number }

/** @throws Error where the text has no `cpu` line. Guest time is part of user time and not added again (proc(5)). */
export function parseCpuTimes(procStat: string): CpuTimes {
  const line = /^cpu\s+(.+)$/m.exec(procStat)?.[1]
  if (line === undefined) throw new Error('/proc/stat has no cpu line')
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = line.trim().split(/\s+/).map(Number)
  return { total: user + nice + system + idle + ioWait + irq + softIrq + steal, idle, ioWait }
}

/** Bytes of a `Name:   123 kB` line of /proc/meminfo, 0 where it is missing. */
export function meminfoBytes(meminfo: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024
}

const share = (part: number, whole: number) => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0)

/** Share of all CPUs' time between two readings that was idle with I/O outstanding; null where no time has passed. */
export function ioWaitShare(before: CpuTimes, now: CpuTimes): number | null {
  const elapsed = now.total - before.total
  return elapsed <= 0 ? null : share(now.ioWait - before.ioWait, elapsed)
}

/** Runnable tasks for each CPU, from `procs_running` of /proc/stat without whoever reads it; null where the text has none. */
export function runnablePerCpu(procStat: string, cpuCount: number): number | null {
  const running = /^procs_running (\d+)$/m.exec(procStat)?.[1]
  return running === undefined ? null : Math.max(0, Number(running) - 1) / Math.max(1, cpuCount)
}

/**
 * A reader that remembers the last reading, since CPU shares are differences. Call it once per heartbeat;
 * `cpuBusy` and `ioWait` are null the first time.
 */
export function createLoadReader(): () => Promise<HostLoad> {
  let last: CpuTimes | null = null
  return async () => {
    const [loadavg, stat, meminfo, pressure] = await Promise.all([
      readFile('/proc/loadavg', 'utf8'),
      readFile('/proc/stat', 'utf8'),
      readFile('/proc/meminfo', 'utf8'),
      readPressure(),
    ])
    const [load1 = 0, load5 = 0, load15 = 0] = loadavg.split(' ').map(Number)
    const now = parseCpuTimes(stat)
    const before = last
    last = now
    const elapsed = before === null ? 0 : now.total - before.total
    return {
      load1,
      load5,
      load15,
      // Idle and iowait of /proc/stat may go backwards by a tick; the share is kept within 0..1.
      cpuBusy: before === null || elapsed <= 0 ? null : share(elapsed - (now.idle - before.idle) - (now.ioWait - before.ioWait), elapsed),
      ioWait: before === null ? null : ioWaitShare(before, now),
      memoryUsedBytes: Math.max(0, meminfoBytes(meminfo, 'MemTotal') - meminfoBytes(meminfo, 'MemAvailable')),
      runQueue: runnablePerCpu(stat, availableParallelism()),
      pressure: pressure.shares,
      pressureProblem: pressure.problem,
    }
  }
}
