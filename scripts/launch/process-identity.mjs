// @ts-check
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process started, as an opaque text: pids are given out again, a pid with its start time is not. Null where there is
 * no such process (a zombie counts as gone).
 * @param {number} pid
 * @returns {string | null}
 */
export function startOf(pid) {
  if (!Number.isInteger(pid) || pid <= 1) return null
  if (process.platform !== 'linux') {
    try {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
      )
    } catch {
      return null
    }
  }
  try {
    // proc(5): "pid (comm) state ppid …", field 22 is the start in ticks since boot; comm may hold anything, so count from its end
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : `${bootId()}:${fields[19]}`
  } catch {
    return null
  }
}

function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/** @param {{ pid: number, start: string | null }} recorded */
export const isSameProcess = (recorded) => recorded.start !== null && startOf(recorded.pid) === recorded.start
