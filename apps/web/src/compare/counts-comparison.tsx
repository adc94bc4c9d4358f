'use client'
import { type CaptureCounts, type CaptureView, instrumentOf, type Selection } from '@sonde/contract'
import { EmptyState, formatCount, HostText, Notice, SkeletonRows, Table, Td, Th, Tr } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { parseWindow } from '../capture/capture-time.ts'
import { coveredMsOf } from '../capture/counts-model.ts'
import { parseProcess } from '../capture/process-selection.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { countRows, type SideCounts, sideCounts } from './count-rows.ts'
import type { NameTest } from './finding-rows.ts'
import { shortAmount } from './finding-words.ts'

const LIMIT = 500

export type CountsComparisonProps = {
  sides: { a: Selection; b: Selection }
  captures: { a: CaptureView; b: CaptureView }
  matches: NameTest
}

export const bothCount = ({ a, b }: CountsComparisonProps['captures']): boolean =>
  instrumentOf(a.spec, 'counts') !== undefined && instrumentOf(b.spec, 'counts') !== undefined

/** Counted events of both sides, by probe. They are not resampled: no verdict, and said so. */
export function CountsComparison({ sides, captures, matches }: CountsComparisonProps) {
  const a = useSideCounts(sides.a, captures.a)
  const b = useSideCounts(sides.b, captures.b)
  const rows = useMemo(
    () => (a.data && b.data ? countRows(a.data, b.data).filter((row) => matches(row.probe)) : []),
    [a.data, b.data, matches],
  )
  const error = a.error ?? b.error
  if (error)
    return (
      <div className="p-3">
        <Notice tone="bad" title="The counts could not be loaded">
          <HostText wrap text={errorText(error)} />
        </Notice>
      </div>
    )
  if (!a.data || !b.data) return <SkeletonRows label="Loading the counts" rows={4} />
  if (rows.length === 0)
    return <EmptyState title="No counted event">The probes did not fire on either side, or nothing matches the filter.</EmptyState>
  const beyond = a.data.beyond + b.data.beyond
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2 overflow-auto p-2" data-testid="counts-comparison">
      <Table label="Counted events, A and B">
        <thead>
          <tr>
            <Th>Probe</Th>
            <Th numeric>A, events</Th>
            <Th numeric>B, events</Th>
            <Th numeric>A, /s</Th>
            <Th numeric>B, /s</Th>
            <Th numeric>change, /s</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Tr key={row.probe} data-testid="count-row">
              <Td className="max-w-96">
                <HostText text={row.probe} mono />
              </Td>
              <Td numeric>{row.a ? formatCount(row.a.count) : '–'}</Td>
              <Td numeric>{row.b ? formatCount(row.b.count) : '–'}</Td>
              <Td numeric>{row.a ? shortAmount(row.a.rate) : '–'}</Td>
              <Td numeric>{row.b ? shortAmount(row.b.rate) : '–'}</Td>
              <Td numeric>
                {row.a && row.b ? `${row.b.rate < row.a.rate ? '−' : '+'}${shortAmount(Math.abs(row.b.rate - row.a.rate))}` : '–'}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <p className="text-ink-2 text-sm">
        Not tested: these are plain rates of each side’s hosts together, over the time that they recorded. Whether a change is more than
        chance is not known.{beyond > 0 ? ` ${formatCount(beyond)} events of further probes are in no row.` : ''}
      </p>
    </div>
  )
}

/** The rest of a host is all hosts without it. */
function useSideCounts(side: Selection, capture: CaptureView): { data: (SideCounts & { beyond: number }) | undefined; error: unknown } {
  const trpc = useTRPC()
  const window = parseWindow(side.window) ?? undefined
  const common = { id: side.capture, window, process: parseProcess(side.process) ?? undefined, by: 'probe' as const, limit: LIMIT }
  const isRest = side.rest && side.host !== ''
  const version = capture.resultVersion.counts
  const all = useQuery({
    ...trpc.captures.counts.queryOptions({ ...common, host: isRest || side.host === '' ? undefined : side.host }),
    structuralSharing: false,
    refetchInterval: false,
  })
  const host = useQuery({ ...trpc.captures.counts.queryOptions({ ...common, host: side.host }), enabled: isRest, structuralSharing: false })
  const minus: CaptureCounts | null | undefined = isRest ? host.data : null
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is more of the same
  const data = useMemo(() => {
    if (!all.data || minus === undefined) return undefined
    return sideCounts(all.data, coveredMsOf(all.data.grid, window ?? null) / 1_000, minus)
  }, [all.data, minus, side.window, version])
  return { data, error: all.error ?? (isRest ? host.error : null) }
}
