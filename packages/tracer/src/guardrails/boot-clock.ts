import { readFileSync } from 'node:fs'

/**
 * ms since the machine was started, time in suspend included (CLOCK_BOOTTIME, as /proc/uptime has it, to 10 ms). Deadlines go by it:
 * timers stand still while a machine sleeps, and a recording must not go on for what was left of its time when it wakes up.
 */
export function bootMs(): number {
  // Elsewhere than on Linux, where the agent is only developed, there is no such clock to read.
  if (process.platform !== 'linux') return performance.now()
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
}

const LOOK_AGAIN_MS = 500

/**
 * Calls back once when so much time has passed on the boot clock; at the latest half a second after a machine wakes up beyond it.
 * Returns the way to call it off.
 */
export function afterBootTime(ms: number, callback: () => void, now: () => number = bootMs): () => void {
  const until = now() + ms
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    const leftMs = until - now()
    if (leftMs <= 0) callback()
    else timer = setTimeout(look, Math.min(leftMs, LOOK_AGAIN_MS))
  }
  look()
  return () => clearTimeout(timer)
}
