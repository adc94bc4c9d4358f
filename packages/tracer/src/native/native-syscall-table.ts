import type { SyscallRow, SyscallSnapshot } from '@sonde/contract'
import { isRestartCode, type SnapshotContext } from '../syscalls/syscall-aggregate.ts'
import { errnoName, syscallName } from '../syscalls/syscall-names.ts'
import { type HelperLine, isCount, isPairs } from './helper-lines.ts'
import { NativeSyscallObjects } from './native-syscall-objects.ts'

const MAX_ERRORS = 200

type Row = Pick<SyscallRow, 'pid' | 'nr' | 'calls' | 'totalNs' | 'maxNs' | 'histogram'> & { errors: [errno: number, count: number][] }
type Totals = {
  elapsedNs: number
  unmatchedExits: number
  lostCalls: number
  lostErrors: number
  lostForks: number
  lostObjects: number
  unreadable: boolean
}

/**
 * What `sonde-bpf syscalls` has printed so far. Each row is cumulative and replaces the one before; only rows that have changed are
 * printed, so the last word on each is the truth. A `snapshot` line completes a set.
 */
export class NativeSyscallTable {
  malformed = 0
  private readonly rows = new Map<string, Row>()
  private readonly names = new Map<number, string>()
  private totals: Totals | null = null
  /** Null where files and addresses are not recorded. */
  private objects: NativeSyscallObjects | null = null

  /** True where the line completes a set: time for a snapshot. */
  add(line: HelperLine): boolean {
    switch (line.type) {
      case 'row': {
        const row = readRow(line)
        if (row === null) this.malformed++
        else this.rows.set(`${row.pid},${row.nr}`, row)
        return false
      }
      case 'ready':
        if (line.objects === true) this.objects = new NativeSyscallObjects()
        return false
      case 'object':
        if (this.objects?.add(line) !== true) this.malformed++
        return false
      case 'ended':
        if (isCount(line.pid) && typeof line.comm === 'string') this.names.set(line.pid, line.comm)
        else this.malformed++
        return false
      case 'snapshot': {
        const totals = readTotals(line)
        if (totals === null) this.malformed++
        else this.totals = totals
        if (totals !== null && this.objects !== null) this.objects.lostInKernel = totals.lostObjects
        return totals !== null
      }
      default:
        return false
    }
  }

  get hasData(): boolean {
    return this.totals !== null
  }

  get hasObjects(): boolean {
    return this.objects !== null
  }

  /** Recorded time up to the last complete set, ms. */
  get elapsedMs(): number {
    return (this.totals?.elapsedNs ?? 0) / 1e6
  }

  snapshot(context: Omit<SnapshotContext, 'elapsedMs'>): SyscallSnapshot {
    const rows = [...this.rows.values()]
      .filter((row) => row.nr >= 0 && !context.isExcluded(row.pid))
      .map((row) => ({ ...row, name: syscallName(row.nr, context.arch), errors: namedErrors(row.errors) }))
    const pids = [...new Set(rows.map((row) => row.pid))]
    const { totals } = this
    return {
      version: 1,
      elapsedMs: Math.max(1, this.elapsedMs),
      processes: pids.map((pid) => ({ pid, comm: (this.names.get(pid) || context.commOf(pid) || `:${pid}`).slice(0, 64) })),
      rows,
      unmatchedExits: totals?.unmatchedExits ?? 0,
      lostCalls: totals?.lostCalls ?? 0,
      truncated: totals !== null && (totals.lostCalls > 0 || totals.lostErrors > 0 || totals.lostForks > 0 || totals.unreadable),
      ...(this.objects === null ? {} : { objects: this.objects.snapshot(context.isExcluded) }),
    }
  }
}

function readRow(line: HelperLine): Row | null {
  const { pid, nr, calls, totalNs, maxNs, errors, histogram } = line
  if (!isCount(pid) || typeof nr !== 'number' || !Number.isSafeInteger(nr) || !isCount(calls) || !isCount(totalNs) || !isCount(maxNs))
    return null
  if (!isPairs(errors) || !isPairs(histogram) || histogram.some(([bucket]) => bucket > 63)) return null
  return { pid, nr, calls, totalNs, maxNs, errors, histogram }
}

function readTotals(line: HelperLine): Totals | null {
  const { elapsedNs, unmatchedExits, lostCalls, lostErrors, lostForks, lostObjects = 0, unreadable } = line
  if (!isCount(elapsedNs) || !isCount(unmatchedExits) || !isCount(lostCalls) || !isCount(lostErrors)) return null
  if (!isCount(lostForks) || !isCount(lostObjects)) return null
  return { elapsedNs, unmatchedExits, lostCalls, lostErrors, lostForks, lostObjects, unreadable: unreadable === true }
}

function namedErrors(errors: Row['errors']): SyscallRow['errors'] {
  return errors
    .filter(([errno]) => errno >= 1 && errno <= 4095 && !isRestartCode(errno))
    .map(([errno, count]) => ({ errno, name: errnoName(errno), count }))
    .sort((a, b) => b.count - a.count || a.errno - b.errno)
    .slice(0, MAX_ERRORS)
}
