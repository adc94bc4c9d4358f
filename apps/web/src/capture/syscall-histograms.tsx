// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
'use client'
import type { SyscallMeasure } from '@sonde/contract'
import { type BucketRange, formatCount, formatExact, formatNs, formatPlural, formatShare, HostText, LatencyPlot } from '@sonde/ui'
import { useMemo } from 'react'
import { groupSyscalls } from './syscall-groups.ts'
import type { SyscallLine } from './syscall-rows.ts'

/** As many as a screen holds; what is left out is counted. */
const MOST = 24

export type SyscallHistogramsProps = {
  lines: readonly SyscallLine[]
  /** Of all rows, so that the axis stays where it is as the selection changes. */
  range: BucketRange
  measure: SyscallMeasure
  onFilter: (name: string) => void
}

/** One latency histogram for each of the largest system calls, all on one axis, so that their shapes can be compared. */
export function SyscallHistograms({ lines, range, measure, onFilter }: SyscallHistogramsProps) {
  const groups = useMemo(() => groupSyscalls(lines, measure), [lines, measure])
  const shown = groups.slice(0, MOST)
  const rest = groups.slice(MOST)
  return (
    <section
      className="min-h-0 flex-1 overflow-auto p-2"
      aria-label="Latency of each system call"
      tabIndex={0}
      data-testid="syscall-histograms"
    >
      <ul className="grid gap-2 [grid-template-columns:repeat(auto-fill,minmax(200px,1fr))]">
        {shown.map((group) => (
          <li key={group.name} className="flex flex-col gap-1 rounded-md border border-line bg-surface p-2" data-testid="syscall-histogram">
            <div className="flex items-baseline gap-2">
              <button
                type="button"
                className="min-h-6 min-w-6 max-w-full truncate text-left font-mono font-semibold text-sm hover:underline"
                title={`Show ${group.name} alone`}
                onClick={() => onFilter(group.name)}
              >
                <HostText text={group.name} title="" />
              </button>
              <span className="flex-1" />
              <span className="whitespace-nowrap text-ink-2 text-sm" title={formatExact(group.calls)}>
                {formatCount(group.calls)} {group.calls === 1 ? 'call' : 'calls'}
              </span>
            </div>
            <LatencyPlot
              buckets={group.histogram}
              range={range}
              marks={[
                { label: 'p50', ns: group.p50?.value ?? null },
                { label: 'p99', ns: group.p99?.value ?? null },
              ]}
            />
            <p className="text-ink-2 text-sm">
              p50 ≈ {formatNs(group.p50?.value ?? null)}, p99 ≈ {formatNs(group.p99?.value ?? null)}, max {group.isMaxBound ? '≤ ' : ''}
              {formatNs(group.maxNs)}
              <br />
              {formatNs(group.totalNs)} in {formatPlural(group.processes, 'process', 'processes')}
              {group.errorCalls > 0 ? (
                <span className="text-bad">
                  , {formatCount(group.errorCalls)} failed ({formatShare(group.errorCalls / group.calls)})
                </span>
              ) : null}
            </p>
          </li>
        ))}
      </ul>
      {rest.length > 0 ? (
        <p className="pt-2 text-ink-2 text-sm">
          {formatPlural(rest.length, 'more system call')} with{' '}
          {formatPlural(
            rest.reduce((sum, group) => sum + group.calls, 0),
            'call',
          )}
          : filter by name to see them here, or read them in the table.
        </p>
      ) : null}
    </section>
  )
}
