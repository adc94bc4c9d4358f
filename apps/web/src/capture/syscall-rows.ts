import type { CaptureSyscalls, SYSCALL_SORTS } from '@sonde/contract'
import { type QuantileEstimate, quantileOfLog2Histogram } from '@sonde/stats'

export type SyscallSort = (typeof SYSCALL_SORTS)[number]

/** One line of the table: one syscall of one process on one host. Times in ns. */
export type SyscallLine = {
  /** `hostId:pid:nr`, as in the URL. */
  key: string
  /** `hostId:pid`, as in the URL. */
  process: string
  hostId: string
  hostName: string
  pid: number
  comm: string
  name: string
  calls: number
  perSecond: number
  errorCalls: number
  /** Most frequent first. */
  errors: ReadonlyArray<{ errno: number; name: string; count: number }>
  totalNs: number
  avgNs: number
  maxNs: number
  /** In a window without a new longest call it is only known that none took longer. */
  isMaxBound: boolean
  histogram: ReadonlyArray<readonly [bucket: number, calls: number]>
  /** Interpolated from the histogram, with the bounds it can vouch for; computed when first asked. */
  p50: () => QuantileEstimate | null
  p99: () => QuantileEstimate | null
}

/** Unknown comm: the process ended before anybody could read its name. */
const NO_COMM = '?'

function once<T>(compute: () => T): () => T {
  let done: { value: T } | null = null
  return () => {
    done ??= { value: compute() }
    return done.value
  }
}

/** The snapshots of the selected host alone; of all where none is selected. */
export const onHost = (data: CaptureSyscalls | undefined, hostId: string): CaptureSyscalls | undefined =>
  data === undefined || hostId === '' ? data : { ...data, hosts: data.hosts.filter((host) => host.hostId === hostId) }

/** The snapshots of all hosts as lines, in no particular order. */
export function syscallLines(data: CaptureSyscalls): SyscallLine[] {
  const lines: SyscallLine[] = []
  for (const { hostId, hostName, snapshot, boundedMax } of data.hosts) {
    const bounded = new Set(boundedMax)
    const comms = new Map(snapshot.processes.map((process) => [process.pid, process.comm]))
    const seconds = snapshot.elapsedMs / 1_000
    for (const row of snapshot.rows) {
      const { histogram, maxNs } = row
      lines.push({
        key: `${hostId}:${row.pid}:${row.nr}`,
        process: `${hostId}:${row.pid}`,
        hostId,
        hostName,
        pid: row.pid,
        comm: comms.get(row.pid) ?? NO_COMM,
        name: row.name,
        calls: row.calls,
        perSecond: row.calls / seconds,
        errorCalls: row.errors.reduce((sum, error) => sum + error.count, 0),
        errors: [...row.errors].sort((a, b) => b.count - a.count),
        totalNs: row.totalNs,
        avgNs: row.calls > 0 ? row.totalNs / row.calls : 0,
        maxNs,
        isMaxBound: bounded.has(`${row.pid}:${row.nr}`),
        histogram,
        p50: once(() => quantileOfLog2Histogram(histogram, 0.5, { maxNs })),
        p99: once(() => quantileOfLog2Histogram(histogram, 0.99, { maxNs })),
      })
    }
  }
  return lines
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const ASCENDING: Record<SyscallSort, (a: SyscallLine, b: SyscallLine) => number> = {
  process: (a, b) => byText(a.comm, b.comm) || byText(a.hostName, b.hostName) || a.pid - b.pid,
  syscall: (a, b) => byText(a.name, b.name),
  calls: (a, b) => a.calls - b.calls,
  rate: (a, b) => a.perSecond - b.perSecond,
  errors: (a, b) => a.errorCalls - b.errorCalls,
  total: (a, b) => a.totalNs - b.totalNs,
  avg: (a, b) => a.avgNs - b.avgNs,
  p50: (a, b) => (a.p50()?.value ?? -1) - (b.p50()?.value ?? -1),
  p99: (a, b) => (a.p99()?.value ?? -1) - (b.p99()?.value ?? -1),
  max: (a, b) => a.maxNs - b.maxNs,
}

export type SyscallSelection = {
  /** `hostId:pid`, '' for all. */
  process: string
  /** Words that must all occur in process, pid, host, syscall or an errno. */
  filter: string
  sort: SyscallSort
  dir: 'asc' | 'desc'
}

/** The lines that are asked for, in the order that is asked for; ties by total time, then by key, so that rows do not jump. */
export function selectSyscalls(lines: readonly SyscallLine[], selection: SyscallSelection): SyscallLine[] {
  const words = selection.filter.toLowerCase().split(/\s+/).filter(Boolean)
  const chosen = lines.filter((line) => {
    if (selection.process !== '' && line.process !== selection.process) return false
    if (words.length === 0) return true
    const text = `${line.comm} ${line.pid} ${line.hostName} ${line.name} ${line.errors.map((error) => error.name).join(' ')}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const compare = ASCENDING[selection.sort]
  const sign = selection.dir === 'asc' ? 1 : -1
  return chosen.sort((a, b) => sign * compare(a, b) || b.totalNs - a.totalNs || byText(a.key, b.key))
}

/** Order that a header starts with: text from A, numbers from the largest. */
export const firstDirection = (sort: SyscallSort): 'asc' | 'desc' => (sort === 'process' || sort === 'syscall' ? 'asc' : 'desc')
