import { readFileSync } from 'node:fs'
import type { ConditionOp } from '@sonde/contract'
import type { Thread } from './process-table.ts'

/** A condition on who it was, where no filter of the kernel can tell: the agent looks at each sample. */
export type AgentCondition = { field: 'pid' | 'tid' | 'uid' | 'comm'; op: ConditionOp; value: number | string }

/** How long a user is believed: a process may change its own. */
const UID_AGE_MS = 1_000
const MAX_TASKS = 50_000

/** Keeps the samples of which all conditions hold. */
export class SampleFilter {
  /** Samples of tasks that were gone before anyone could look whose they were: left out, and counted. */
  withoutUser = 0
  private readonly conditions: readonly AgentCondition[]
  private readonly uids: TaskUids

  constructor(conditions: readonly AgentCondition[], readStatus?: (tid: number) => string) {
    this.conditions = conditions
    this.uids = new TaskUids(readStatus)
  }

  get isOpen(): boolean {
    return this.conditions.length === 0
  }

  keeps(thread: Thread): boolean {
    for (const condition of this.conditions) if (!this.holds(condition, thread)) return false
    return true
  }

  private holds({ field, op, value }: AgentCondition, thread: Thread): boolean {
    if (field === 'comm') return (thread.comm === value) === (op === '==')
    if (typeof value !== 'number') return false
    if (field !== 'uid') return compare(thread[field], op, value)
    const uid = this.uids.of(thread)
    if (uid === null) this.withoutUser++
    return uid !== null && compare(uid, op, value)
  }
}

/** Real user of tasks, as `uid` means in a BPF program too; remembered for a second, and when the task has gone. */
class TaskUids {
  private readonly known = new Map<number, { uid: number; readAt: number }>()
  private readonly readStatus: (tid: number) => string

  constructor(readStatus: (tid: number) => string = readProcStatus) {
    this.readStatus = readStatus
  }

  of({ pid, tid }: Thread): number | null {
    const known = this.known.get(tid)
    const now = performance.now()
    if (known !== undefined && now - known.readAt < UID_AGE_MS) return known.uid
    const read = uidIn(this.readStatus(tid)) ?? (pid === tid ? null : uidIn(this.readStatus(pid)))
    const uid = read ?? known?.uid ?? null
    if (uid === null) return null
    if (this.known.size >= MAX_TASKS) this.known.clear()
    this.known.set(tid, { uid, readAt: now })
    return uid
  }
}

const uidIn = (status: string): number | null => {
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1]
  return uid === undefined ? null : Number(uid)
}

function readProcStatus(tid: number): string {
  // Idle tasks have no entry; they are root's.
  if (tid === 0) return 'Uid:\t0'
  try {
    return readFileSync(`/proc/${tid}/status`, 'latin1')
  } catch {
    return ''
  }
}

function compare(left: number, op: ConditionOp, right: number): boolean {
  switch (op) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '&':
      return (BigInt(left) & BigInt(right)) !== 0n
  }
}
