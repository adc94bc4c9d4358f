import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { ThresholdSample } from '@sonde/contract'
import { type CpuTimes, ioWaitShare, parseCpuTimes, runnablePerCpu } from './load-reader.ts'
import { readPressure } from './pressure.ts'

/**
 * A reader of what thresholds are about, for a call every second or two: four small files, no tool. I/O wait is the share since the last
 * call, null at the first. Never throws: what cannot be read is null.
 */
export function createThresholdReader(): () => Promise<ThresholdSample> {
  let last: CpuTimes | null = null
  return async () => {
    const [pressure, stat] = await Promise.all([readPressure(), readFile('/proc/stat', 'utf8').catch(() => null)])
    const now = stat === null ? null : parseCpuTimes(stat)
    const ioWait = now === null || last === null ? null : ioWaitShare(last, now)
    last = now
    return {
      'pressure-cpu': pressure.shares.cpu,
      'pressure-io': pressure.shares.io,
      'pressure-memory': pressure.shares.memory,
      'run-queue': stat === null ? null : runnablePerCpu(stat, availableParallelism()),
      iowait: ioWait === null ? null : ioWait * 100,
    }
  }
}
