// biome-ignore-all lint/a11y/useSemanticElements: a row of the table of syscall-table.tsx
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in the row takes the focus
import { formatExact, formatNs, formatPlural, formatRate, formatShare, HostText, LatencyTable } from '@sonde/ui'
import { ErrnoChip } from './errno-chip.tsx'
import type { SyscallLine } from './syscall-rows.ts'

/** What an open row of the syscall table shows: all errors in words, the whole histogram. `columns`: of the table. */
export function SyscallDetails({ line, columns }: { line: SyscallLine; columns: number }) {
  const p50 = line.p50()
  const p99 = line.p99()
  return (
    <div role="row" className="border-line border-b bg-inset" data-testid="syscall-details">
      <div role="cell" aria-colspan={columns} className="sticky left-0 flex max-w-[100cqw] flex-wrap gap-x-10 gap-y-4 px-4 py-3">
        <div className="flex min-w-60 flex-col gap-2">
          <p>
            <HostText wrap text={line.name} className="font-mono font-semibold text-sm" /> by{' '}
            <HostText wrap text={line.comm} className="font-medium" /> ({line.pid}) on <HostText wrap text={line.hostName} />
          </p>
          <p className="text-ink-2">
            {formatExact(line.calls)} {line.calls === 1 ? 'call' : 'calls'}, {formatRate(line.perSecond)}, {formatNs(line.totalNs)} in total
            <br />
            {formatNs(line.avgNs)} on average, {formatNs(line.maxNs)} at most
          </p>
          {p50 && p99 ? (
            <p className="text-ink-2">
              p50 between {formatNs(p50.low)} and {formatNs(p50.high)},<br />
              p99 between {formatNs(p99.low)} and {formatNs(p99.high)}.
            </p>
          ) : null}
          {line.errors.length > 0 ? (
            <div>
              <p className="mb-1 font-medium">
                {formatPlural(line.errorCalls, 'call')} failed ({formatShare(line.calls > 0 ? line.errorCalls / line.calls : 0)})
              </p>
              <ul className="flex flex-col gap-1">
                {line.errors.map((error) => (
                  <li key={error.errno} className="flex items-center gap-2">
                    <span className="w-16 text-right">{formatExact(error.count)}</span>
                    <ErrnoChip name={error.name} />
                  </li>
                ))}
              </ul>
            </div>
          ) : (
            <p className="text-ink-2">No call failed.</p>
          )}
        </div>
        <div className="min-w-64 flex-1">
          <LatencyTable buckets={line.histogram} />
        </div>
      </div>
    </div>
  )
}
