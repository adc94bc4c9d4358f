// biome-ignore-all lint/a11y/useSemanticElements: a row of the table of syscall-table.tsx
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in the row takes the focus
'use client'
import type { CaptureView, CaptureViewState } from '@sonde/contract'
import { formatExact, formatNs, formatPlural, formatRate, formatShare, HostText, LatencyTable, Sparkline } from '@sonde/ui'
import { RowNotesButton } from '../notes/row-notes.tsx'
import { parseWindow } from './capture-time.ts'
import { ratesOf } from './counts-model.ts'
import { ErrnoChip } from './errno-chip.tsx'
import { TopObjects } from './object-table.tsx'
import type { ObjectLine } from './syscall-objects.ts'
import type { SyscallLine } from './syscall-rows.ts'
import { SyscallStacksSection } from './syscall-stacks-section.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import { useSyscallTimes } from './use-syscall-times.ts'
import type { UpdateView } from './use-view-state.ts'

export type SyscallDetailsContext = {
  capture: CaptureView
  results: Pick<CaptureResults, 'profile' | 'offcpu'>
  /** Of all rows. */
  objects: readonly ObjectLine[]
  view: CaptureViewState
  update: UpdateView
  domainMs: number
}

/** What an open row of the syscall table shows: numbers in words, errors, over time, the whole histogram, stacks. `columns`: of the table. */
export function SyscallDetails({ line, columns, context }: { line: SyscallLine; columns: number; context: SyscallDetailsContext }) {
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
            {line.isMaxBound ? ', as far as is known of this time' : ''}
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
          <OverTime line={line} context={context} />
          <RowNotesButton line={line} view={context.view} />
          <TopObjects
            objects={context.objects}
            process={line.process}
            syscall={line.name}
            onShowAll={() => context.update({ syscallsAs: 'objects', process: line.process, filter: line.name }, 'push')}
          />
        </div>
        <div className="min-w-64 flex-1">
          <LatencyTable buckets={line.histogram} />
        </div>
        <SyscallStacksSection {...context} line={line} />
      </div>
    </div>
  )
}

const LINES = [
  { of: 'counts', label: 'calls/s', color: 'var(--accent)' },
  { of: 'errorCounts', label: 'errors/s', color: 'var(--bad)' },
] as const

/** Calls, and failed ones where there are any, over the whole time; the selected part of it is marked. */
function OverTime({ line, context: { capture, view, domainMs } }: { line: SyscallLine; context: SyscallDetailsContext }) {
  const { data } = useSyscallTimes(capture, view, { by: 'calls', limit: 1, process: line.process, syscall: line.name })
  const series = data?.syscalls[0]
  if (!data || !series) return null
  const window = parseWindow(view.window)
  return (
    <dl className="flex flex-col gap-1" data-testid="syscall-over-time">
      {LINES.map(({ of, label, color }) => {
        const values = ratesOf(series[of], data.grid)
        const most = values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0)
        if (of === 'errorCounts' && most === 0) return null
        return (
          <div key={of} className="flex items-center gap-2">
            <dt className="w-16 text-right text-ink-3 text-sm">{label}</dt>
            <dd className="flex items-center gap-2">
              <Sparkline
                label={`${label} over time, at most ${formatRate(most)}`}
                values={values}
                stepMs={data.grid.stepMs}
                domainMs={domainMs}
                window={window}
                width={180}
                height={24}
                color={color}
              />
              <span className="whitespace-nowrap text-ink-3 text-sm">at most {formatRate(most)}</span>
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
