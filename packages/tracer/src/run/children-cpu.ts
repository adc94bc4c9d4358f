import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** Seconds that all ended children of this process, and theirs, have used so far (proc(5): cutime + cstime), to 10 ms. */
function endedChildrenSeconds(): number {
  const text = readFileSync('/proc/self/stat', 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

let attributedSeconds = 0

/**
 * CPU time of one child, read when it has just been reaped. Node cannot ask for a single child's usage (wait4); since every guarded child
 * reads the counter when it ends, what was added since the last reading is this child's, together with children of other sorts that
 * ended since this one started.
 */
export class ChildrenCpu {
  private readonly before = endedChildrenSeconds()

  seconds(): number {
    const now = endedChildrenSeconds()
    const seconds = now - Math.max(this.before, attributedSeconds)
    attributedSeconds = now
    return Math.max(0, seconds)
  }
}
