import { tableCsv } from '../downloads/table-csv.ts'
import type { SyscallLine } from './syscall-rows.ts'

/** The syscall table as a file. Quantiles are interpolated from log2 buckets, whose bounds stand beside them. */
export function syscallCsv(lines: readonly SyscallLine[]): string {
  return tableCsv<SyscallLine>(
    [
      { head: 'process', cell: (line) => line.comm },
      { head: 'pid', cell: (line) => line.pid },
      { head: 'host', cell: (line) => line.hostName },
      { head: 'syscall', cell: (line) => line.name },
      { head: 'calls', cell: (line) => line.calls },
      { head: 'calls per second', cell: (line) => line.perSecond },
      { head: 'calls with an error', cell: (line) => line.errorCalls },
      { head: 'errors by errno', cell: (line) => line.errors.map(({ name, count }) => `${name} ${count}`).join('; ') },
      { head: 'total (ns)', cell: (line) => line.totalNs },
      { head: 'p50 about (ns)', cell: (line) => line.p50()?.value ?? null },
      { head: 'p50 at least (ns)', cell: (line) => line.p50()?.low ?? null },
      { head: 'p50 at most (ns)', cell: (line) => line.p50()?.high ?? null },
      { head: 'p99 about (ns)', cell: (line) => line.p99()?.value ?? null },
      { head: 'p99 at least (ns)', cell: (line) => line.p99()?.low ?? null },
      { head: 'p99 at most (ns)', cell: (line) => line.p99()?.high ?? null },
      { head: 'average (ns)', cell: (line) => line.avgNs },
      { head: 'maximum (ns)', cell: (line) => line.maxNs },
      { head: 'maximum is', cell: (line) => (line.isMaxBound ? 'at most so much' : 'exact') },
    ],
    lines,
  )
}
