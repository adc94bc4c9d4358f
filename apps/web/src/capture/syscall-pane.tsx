'use client'
import type { CaptureSyscalls, CaptureView, CaptureViewState } from '@sonde/contract'
import {
  Button,
  bucketRangeOf,
  EmptyState,
  formatCount,
  formatNs,
  formatPlural,
  formatSpan,
  Notice,
  SearchInput,
  SkeletonRows,
} from '@sonde/ui'
import { type RefObject, useMemo } from 'react'
import { errorText } from '../trpc/errors.ts'
import { useSyncedText } from '../url/use-synced-text.ts'
import { Pane } from './pane.tsx'
import { onHost, selectSyscalls, syscallLines } from './syscall-rows.ts'
import { SyscallTable } from './syscall-table.tsx'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

export type SyscallPaneProps = {
  capture: CaptureView
  syscalls: Result<CaptureSyscalls>
  view: CaptureViewState
  update: UpdateView
  filterRef: RefObject<HTMLInputElement | null> | null
}

export function SyscallPane({ capture, syscalls, view, update, filterRef }: SyscallPaneProps) {
  const [filter, setFilter] = useSyncedText(view.filter, (text) => update({ filter: text }, 'replace'))
  const data = useMemo(() => onHost(syscalls.data, view.host), [syscalls.data, view.host])
  const lines = useMemo(() => (data ? syscallLines(data) : []), [data])
  const { process, sort, dir } = view
  const chosen = useMemo(() => selectSyscalls(lines, { process, filter: view.filter, sort, dir }), [lines, process, view.filter, sort, dir])
  // One axis and one scale for all rows, whatever is filtered away: rows stay comparable, and do not jump.
  const range = useMemo(() => bucketRangeOf(lines.map((line) => line.histogram)), [lines])
  const mostTotalNs = useMemo(() => lines.reduce((most, line) => Math.max(most, line.totalNs), 0), [lines])
  const observedMs = Math.max(0, ...(data?.hosts.map((host) => host.snapshot.elapsedMs) ?? []))
  const calls = chosen.reduce((sum, line) => sum + line.calls, 0)
  const failed = chosen.reduce((sum, line) => sum + line.errorCalls, 0)

  return (
    <Pane
      testId="syscall-pane"
      title="Syscalls"
      tools={
        <SearchInput
          ref={filterRef ?? undefined}
          className="min-w-36 flex-1"
          aria-label="Filter the syscall table"
          placeholder="Process, syscall or errno"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      }
      foot={
        lines.length > 0 ? (
          <>
            <span data-testid="syscall-count">
              {formatPlural(calls, 'call')}, {formatCount(failed)} failed, in {formatPlural(chosen.length, 'row')} over{' '}
              {formatSpan(Math.round(observedMs / 100) * 100)}
            </span>
            {view.window === '' ? null : <span>System calls are only added up: these are of the whole time.</span>}
            <span className="flex-1" />
            <span
              className="text-ink-3"
              title="Calls are counted in buckets that double: 1.02–2.05 µs, 2.05–4.10 µs and so on. Hover a value for the bounds it can vouch for."
            >
              p50, p99 ≈ from log2 buckets
              {range ? `, ${formatNs(range.first === 0 ? 0 : 2 ** range.first)} to ${formatNs(2 ** (range.last + 1))}` : ''}
            </span>
          </>
        ) : undefined
      }
    >
      {syscalls.error && !data ? (
        <div className="p-3">
          <Notice tone="bad" title="The syscalls could not be loaded">
            {errorText(syscalls.error)}
          </Notice>
        </div>
      ) : syscalls.isLoading ? (
        <SkeletonRows label="Loading the syscalls" rows={8} />
      ) : lines.length === 0 ? (
        <Waiting
          capture={capture}
          what="counts"
          idle={{
            title: 'No system calls',
            text: 'Nothing of what was recorded made a system call that began and ended in that time. A process that only computes, or only waits, makes none.',
          }}
        />
      ) : chosen.length === 0 ? (
        <EmptyState
          title={view.filter ? 'No row matches' : 'No system calls of this process'}
          action={
            <>
              {view.filter ? (
                <Button
                  onClick={() => {
                    setFilter('')
                    update({ filter: '' }, 'replace')
                  }}
                >
                  Clear the filter
                </Button>
              ) : null}
              {process ? <Button onClick={() => update({ process: '' }, 'push')}>Show all processes</Button> : null}
              {view.host !== '' && !process ? <Button onClick={() => update({ host: '' }, 'push')}>Show all hosts</Button> : null}
            </>
          }
        >
          {view.filter
            ? 'Every word must occur in the process, its pid, the syscall or an errno.'
            : 'It made none that began and ended while it was watched.'}
        </EmptyState>
      ) : (
        <SyscallTable
          lines={chosen}
          range={range}
          mostTotalNs={mostTotalNs}
          manyHosts={(data?.hosts.length ?? 0) > 1}
          view={view}
          update={update}
        />
      )}
    </Pane>
  )
}
