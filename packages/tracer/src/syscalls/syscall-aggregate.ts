import type { SyscallRow, SyscallSnapshot } from '@sonde/contract'
import { type BpftraceMessage, log2Bucket, splitMapKey } from '../bpftrace/bpftrace-json.ts'
import { errnoName, type SyscallArch, syscallName } from './syscall-names.ts'
import { MAP_KEYS_MAX, MARKS } from './syscall-program.ts'

/** The kernel's own return values between calls and their restart (ERESTARTSYS … ERESTART_RESTARTBLOCK): no program ever sees them. */
export const isRestartCode = (errno: number): boolean => errno >= 512 && errno <= 516
const MAX_ERRNO = 4095
const MAX_ROWS = 500_000

export type SnapshotContext = {
  elapsedMs: number
  arch: SyscallArch
  /** Name of a live process. */
  commOf(pid: number): string | undefined
  /** Processes that are left out: the tracers themselves. */
  isExcluded(pid: number): boolean
}

/**
 * Gathers the maps that the syscall program prints, each print cumulative, and makes snapshots of them.
 * A periodic set is complete with its mark; the last one, printed when bpftrace ends, with the end of the output.
 */
export class SyscallAggregate {
  private maps = new Map<string, BpftraceMessage>()
  private complete = new Map<string, BpftraceMessage>()
  lostEvents = 0
  attachedProbes: number | null = null
  malformed = 0

  /** True where the message completes a set: time for a snapshot. */
  add(message: BpftraceMessage): boolean {
    switch (message.type) {
      case 'attached_probes':
        this.attachedProbes = message.probes
        return false
      case 'map':
      case 'hist':
        this.maps.set(message.name, message)
        return false
      case 'lost_events':
        this.lostEvents += message.events
        return false
      case 'malformed':
        this.malformed++
        return false
      case 'text':
        if (message.text.trim() !== MARKS.snapshot) return false
        this.finishSet()
        return true
      default:
        return false
    }
  }

  /** The output has ended. `clean`: bpftrace ended by itself, so what came after the last mark is a whole set. */
  finish(clean: boolean): void {
    if (clean && this.maps.size > 0) this.finishSet()
  }

  get hasData(): boolean {
    return this.complete.size > 0
  }

  snapshot(context: SnapshotContext): SyscallSnapshot {
    const total = this.numbersByKey('@t')
    const longest = this.numbersByKey('@m')
    const errors = this.errorsByKey()
    const rows: SyscallRow[] = []
    let timed = 0
    let histogramKeys = 0
    const histograms = this.complete.get('@h')
    for (const { key, value } of histograms?.type === 'hist' ? histograms.entries : []) {
      const parts = key === null ? null : splitMapKey(key, ['number', 'number'])
      if (parts === null || key === null) continue
      const [pid, nr] = parts
      const histogram = sparse(value)
      const calls = histogram.reduce((sum, [, count]) => sum + count, 0)
      histogramKeys += histogram.length
      timed += calls
      // -1: what the kernel says where a signal handler returns or a call is restarted; there is no such system call.
      if (calls === 0 || nr < 0 || context.isExcluded(pid)) continue
      rows.push({
        pid,
        nr,
        name: syscallName(nr, context.arch),
        calls,
        totalNs: total.get(key) ?? 0,
        maxNs: longest.get(key) ?? 0,
        errors: errors.get(key) ?? [],
        histogram,
      })
    }
    const lostCalls = lost(this.scalar('@n'), timed)
    const kept = rows.slice(0, MAX_ROWS)
    const pids = [...new Set(kept.map((row) => row.pid))]
    const ended = this.namesOfEnded()
    return {
      version: 1,
      elapsedMs: Math.max(1, context.elapsedMs),
      processes: pids.map((pid) => ({ pid, comm: (ended.get(pid) ?? context.commOf(pid) ?? `:${pid}`).slice(0, 64) })),
      rows: kept,
      unmatchedExits: this.sizeOf('@u'),
      lostCalls,
      truncated: histogramKeys >= MAP_KEYS_MAX || kept.length < rows.length || this.sizeOf('@e') >= MAP_KEYS_MAX,
    }
  }

  private finishSet(): void {
    this.complete = this.maps
    this.maps = new Map()
  }

  private sizeOf(name: string): number {
    const map = this.complete.get(name)
    return map?.type === 'map' ? map.entries.length : 0
  }

  private scalar(name: string): number {
    const map = this.complete.get(name)
    const value = map?.type === 'map' ? map.entries[0]?.value : 0
    return typeof value === 'number' && value >= 0 ? value : 0
  }

  private numbersByKey(name: string): Map<string, number> {
    const map = this.complete.get(name)
    const numbers = new Map<string, number>()
    for (const { key, value } of map?.type === 'map' ? map.entries : []) {
      if (key !== null && typeof value === 'number' && value >= 0) numbers.set(key, value)
    }
    return numbers
  }

  private errorsByKey(): Map<string, SyscallRow['errors']> {
    const map = this.complete.get('@e')
    const errors = new Map<string, SyscallRow['errors']>()
    for (const { key, value } of map?.type === 'map' ? map.entries : []) {
      const parts = key === null ? null : splitMapKey(key, ['number', 'number', 'number'])
      if (parts === null || typeof value !== 'number' || value <= 0) continue
      const [pid, nr, ret] = parts
      const errno = -ret
      if (errno < 1 || errno > MAX_ERRNO || isRestartCode(errno)) continue
      const list = errors.get(`${pid},${nr}`) ?? []
      list.push({ errno, name: errnoName(errno), count: value })
      errors.set(`${pid},${nr}`, list)
    }
    for (const [key, list] of errors) errors.set(key, list.sort((a, b) => b.count - a.count || a.errno - b.errno).slice(0, 200))
    return errors
  }

  private namesOfEnded(): Map<number, string> {
    const map = this.complete.get('@c')
    const names = new Map<number, string>()
    for (const { key, value } of map?.type === 'map' ? map.entries : []) {
      if (key !== null && typeof value === 'string' && value !== '') names.set(Number(key), value)
    }
    return names
  }
}

/**
 * Calls that were timed but are in no histogram. While the program runs, the histograms are printed a moment after the count and may be
 * ahead of it. And on preemptible kernels a few in a million increments of either get lost, where one program interrupts another between
 * reading and writing: differences that small say nothing.
 */
function lost(seen: number, timed: number): number {
  return seen - timed > seen / 1000 ? seen - timed : 0
}

/** Buckets with calls in them, as [power of two, calls]; 0 ns and 1 ns share bucket 0. */
function sparse(buckets: Parameters<typeof log2Bucket>[0][]): [number, number][] {
  const counts = new Map<number, number>()
  for (const bucket of buckets) {
    const power = log2Bucket(bucket)
    if (power !== null && bucket.count > 0) counts.set(power, (counts.get(power) ?? 0) + bucket.count)
  }
  return [...counts].sort(([a], [b]) => a - b)
}
