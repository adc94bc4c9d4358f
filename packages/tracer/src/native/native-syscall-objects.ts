import { SYSCALL_OBJECT_KINDS, type SyscallObject, type SyscallSnapshot } from '@sonde/contract'
import { type HelperLine, isCount } from './helper-lines.ts'

/** Of each process and call: as many by calls, and as many by bytes and by errors. */
const MOST = { calls: 10, bytes: 3, errors: 3 } as const
/** Of all together; what is beyond is lost. */
const MAX_SHOWN = 3_000
/** Objects that are told apart; a host that walks through all its files must not fill the agent's memory. */
const MAX_OBJECTS = 100_000

type Sums = Pick<SyscallObject, 'calls' | 'errors' | 'bytes' | 'totalNs'>
/** `over`: of rows that the kernel has given back. `now`: of the row that it has. */
type Held = { object: Pick<SyscallObject, 'pid' | 'nr' | 'kind' | 'name'>; over: Sums; now: Sums }

const NOTHING: Sums = { calls: 0, errors: 0, bytes: 0, totalNs: 0 }
const add = (a: Sums, b: Sums): Sums => ({
  calls: a.calls + b.calls,
  errors: a.errors + b.errors,
  bytes: a.bytes + b.bytes,
  totalNs: a.totalNs + b.totalNs,
})

/**
 * What `sonde-bpf syscalls --objects` has printed about files and addresses so far. Each row is cumulative and replaces the one before,
 * until one says that it is `over`: then the next begins at 0.
 */
export class NativeSyscallObjects {
  /** Calls that the helper says are in no row. */
  lostInKernel = 0
  private lost = 0
  private readonly held = new Map<string, Held>()

  constructor(private readonly maxObjects: number = MAX_OBJECTS) {}

  /** False where the line is not of that form. */
  add(line: HelperLine): boolean {
    const { pid, nr, kind, name, id, calls, errors, bytes, totalNs } = line
    const known = SYSCALL_OBJECT_KINDS.find((one) => one === kind)
    if (!isCount(pid) || !isCount(nr) || known === undefined || typeof name !== 'string' || typeof id !== 'string') return false
    if (!isCount(calls) || !isCount(errors) || !isCount(bytes) || !isCount(totalNs)) return false
    const sums = { calls, errors, bytes, totalNs }
    // A file is told apart by its inode: what it is called is looked up once.
    const key = JSON.stringify([pid, nr, known, id === '' ? name : id])
    let held = this.held.get(key)
    if (!held) {
      if (this.held.size >= this.maxObjects) {
        // Only those that are over will not come again.
        if (line.over === true) this.lost += calls
        return true
      }
      held = { object: { pid, nr, kind: known, name: name.slice(0, 256) }, over: NOTHING, now: NOTHING }
      this.held.set(key, held)
    }
    if (line.over === true) {
      held.over = add(held.over, sums)
      held.now = NOTHING
    } else held.now = sums
    return true
  }

  /** The largest of each process and call; those of one name (several sockets to one address) together. */
  snapshot(isExcluded: (pid: number) => boolean): NonNullable<SyscallSnapshot['objects']> {
    const groups = new Map<string, Map<string, SyscallObject>>()
    for (const { object, over, now } of this.held.values()) {
      if (isExcluded(object.pid)) continue
      const group = groups.get(`${object.pid},${object.nr}`) ?? new Map<string, SyscallObject>()
      groups.set(`${object.pid},${object.nr}`, group)
      const name = `${object.kind} ${object.name}`
      const sums = add(group.get(name) ?? NOTHING, add(over, now))
      group.set(name, { ...object, ...sums })
    }
    const rows = [...groups.values()].flatMap((group) => largest([...group.values()]))
    rows.sort((a, b) => b.calls - a.calls)
    const lost = rows.slice(MAX_SHOWN).reduce((sum, row) => sum + row.calls, this.lost + this.lostInKernel)
    return { rows: rows.slice(0, MAX_SHOWN), lost }
  }
}

function largest(objects: SyscallObject[]): SyscallObject[] {
  const chosen = new Set<SyscallObject>()
  for (const by of ['calls', 'bytes', 'errors'] as const) {
    objects.sort((a, b) => b[by] - a[by])
    for (const object of objects.slice(0, MOST[by])) if (object[by] > 0) chosen.add(object)
  }
  return [...chosen]
}
