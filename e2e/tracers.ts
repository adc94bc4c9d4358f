import { readdirSync, readFileSync } from 'node:fs'

/** Pids of all descendants of a process. */
function descendantsOf(root: number): Set<number> {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] !== 'Z') parents.set(Number(name), Number(fields[1]))
    } catch {} // ended meanwhile
  }
  const found = new Set<number>([root])
  for (let grew = true; grew; ) {
    grew = false
    for (const [pid, parent] of parents) {
      if (found.has(parent) && !found.has(pid)) {
        found.add(pid)
        grew = true
      }
    }
  }
  found.delete(root)
  return found
}

/** Tracing tools that run below a process, as `pid command line`. */
export function tracersOf(agentPid: number): string[] {
  return [...descendantsOf(agentPid)].flatMap((pid) => {
    try {
      const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return /^(perf|bpftrace|sonde-)/.test(comm) ? [`${pid} ${command}`] : []
    } catch {
      return []
    }
  })
}

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
