'use client'
import { formatShare, formatWeight } from '@sonde/flamegraph'
import { type LoadedProfile, useEngineAnswer } from '@sonde/flamegraph/react'
import { type FunctionDifference, type SampleSelection, shareOf } from '@sonde/profile'
import { cx, HostText, Notice, SkeletonRows } from '@sonde/ui'
import { ColumnHead } from './column-head.tsx'
import { functionName } from './function-name.ts'

const LIMIT = 60
const TD = 'h-6 border-line border-b px-2'
const NUMBER = 'whitespace-nowrap text-right'

export type DifferencesTableProps = {
  profile: LoadedProfile
  hostId: string
  hostName: string
  restHosts: number
  window: SampleSelection['window']
}

/** The functions whose shares differ the most between a host and the others: what the compared flame graph shows, to read. */
export function DifferencesTable({ profile, hostId, hostName, restHosts, window }: DifferencesTableProps) {
  const { data, error, isLoading } = useEngineAnswer(profile, 'differences', { hostId, window, limit: LIMIT })
  const rest = `${restHosts} ${restHosts === 1 ? 'other host' : 'other hosts'}`
  return (
    <section
      className="max-h-[45%] min-h-32 shrink-0 overflow-auto border-line border-t"
      aria-label="Largest differences"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      data-testid="differences"
    >
      <h3 className="sticky left-0 flex flex-wrap items-baseline gap-x-1.5 px-2 pt-1.5 pb-1">
        <span className="font-medium">Largest differences:</span> <HostText text={hostName} className="font-medium" /> against {rest}
        <span className="text-ink-3 text-sm">shares of the samples of each side; grey: could be chance (below 3 standard errors)</span>
      </h3>
      {error && !data ? (
        <Notice tone="bad" title="The differences could not be added up" className="m-2">
          {error instanceof Error ? error.message : null}
        </Notice>
      ) : isLoading || !data ? (
        <SkeletonRows label="Adding up the differences" rows={4} />
      ) : data.length === 0 ? (
        <p className="px-2 pb-2 text-ink-2">No function differs: one of the two has no samples in this selection, or both have the same.</p>
      ) : (
        <table className="w-full border-separate border-spacing-0" aria-label="Largest differences">
          <thead>
            <tr>
              <ColumnHead>Function</ColumnHead>
              <ColumnHead>By</ColumnHead>
              <ColumnHead numeric>This host</ColumnHead>
              <ColumnHead numeric>The rest</ColumnHead>
              <ColumnHead numeric title="Share here minus share in the rest, percentage points">
                Change, points
              </ColumnHead>
            </tr>
          </thead>
          <tbody>
            {data.map((row) => (
              <Row key={`${row.by} ${row.kind} ${row.module} ${row.name}`} row={row} unit={profile.meta.unit} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Row({ row, unit }: { row: FunctionDifference; unit: LoadedProfile['meta']['unit'] }) {
  const { name, module, by, here, rest, change, clear } = row
  const side = ({ weight, allWeight }: FunctionDifference['here']) => `${formatShare(weight, allWeight)} (${formatWeight(weight, unit)})`
  return (
    <tr className={cx('hover:bg-hover', !clear && 'text-ink-3')} data-testid="difference-row" data-clear={clear}>
      <td className={cx(TD, 'w-full max-w-64')}>
        <span className="flex min-w-0 items-baseline gap-1.5">
          <bdi className="min-w-0 truncate font-mono text-[12px]" title={functionName(name)}>
            {functionName(name)}
          </bdi>
          {module === '' ? null : (
            <HostText text={module.slice(module.lastIndexOf('/') + 1)} title={functionName(module)} className="text-ink-3 text-sm" />
          )}
        </span>
      </td>
      <td className={cx(TD, 'text-ink-2')}>{by}</td>
      <td className={cx(TD, NUMBER)}>{side(here)}</td>
      <td className={cx(TD, NUMBER)}>{side(rest)}</td>
      <td
        className={cx(TD, NUMBER, clear && 'font-medium')}
        title={`${formatShare(shareOf(here), 1)} − ${formatShare(shareOf(rest), 1)}${clear ? '' : ': could be chance'}`}
      >
        {change > 0 ? '▲ +' : '▼ −'}
        {Math.abs(change * 100).toFixed(Math.abs(change) < 0.0095 ? 2 : 1)}
      </td>
    </tr>
  )
}
