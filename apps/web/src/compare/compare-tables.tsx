'use client'
import type { CaptureView, CompareView, Comparison, Verdict } from '@sonde/contract'
import { EmptyState, formatCount, SearchInput, Segmented, SkeletonRows } from '@sonde/ui'
import { useMemo } from 'react'
import { CsvButton } from '../downloads/csv-button.tsx'
import { useSyncedText } from '../url/use-synced-text.ts'
import { bothCount, CountsComparison } from './counts-comparison.tsx'
import { functionRows, isSureFunction, isSureSyscall, syscallRows } from './finding-rows.ts'
import { functionFindingsCsv, syscallFindingsCsv } from './findings-csv.ts'
import { FUNCTION_ROW_PX, FunctionFindings } from './function-findings.tsx'
import { nameTest } from './name-test.ts'
import { SYSCALL_ROW_PX, SyscallFindings } from './syscall-findings.tsx'
import type { UpdateCompareView } from './use-comparison.ts'

export type CompareTablesProps = {
  comparison: Comparison
  captures: { a: CaptureView; b: CaptureView }
  verdict: Verdict | undefined
  /** There will be no verdict: what is shown says why. */
  isRefused: boolean
  view: CompareView
  updateView: UpdateCompareView
}

/** What the verdict says of each function and system call, and what was counted. */
export function CompareTables({ comparison, captures, verdict, isRefused, view, updateView }: CompareTablesProps) {
  const [find, setFind] = useSyncedText(view.find, (text) => updateView({ find: text }, 'replace'))
  const named = useMemo(() => nameTest(view.search, view.regex), [view.search, view.regex])
  const found = useMemo(() => nameTest(view.find, false), [view.find])
  const hasCounts = bothCount(captures)
  const sureFunctions = verdict?.functions.filter(isSureFunction).length ?? 0
  const sureCalls = verdict?.syscalls.filter(isSureSyscall).length ?? 0
  const tables = [
    {
      value: 'functions',
      label: `Functions${verdict ? ` ${formatCount(sureFunctions)}` : ''}`,
      name: `Functions, ${formatCount(sureFunctions)} significant`,
    },
    {
      value: 'syscalls',
      label: `System calls${verdict ? ` ${formatCount(sureCalls)}` : ''}`,
      name: `System calls, ${formatCount(sureCalls)} significant`,
    },
    ...(hasCounts ? [{ value: 'counts', label: 'Counts', name: 'Counts' } as const] : []),
  ] as const
  const fallback = verdict && verdict.functions.length === 0 && verdict.syscalls.length > 0 ? 'syscalls' : 'functions'
  const table = view.table === 'auto' || (view.table === 'counts' && !hasCounts) ? fallback : view.table
  const file = { title: `${captures.a.title} vs ${captures.b.title}`, createdAt: captures.b.createdAt }
  const shown =
    verdict && table === 'functions'
      ? {
          rows: functionRows(verdict.functions, view, named).length,
          all: verdict.functions.length,
          tested: verdict.functionsTested,
          what: 'functions',
        }
      : verdict && table === 'syscalls'
        ? {
            rows: syscallRows(verdict.syscalls, view, found).length,
            all: verdict.syscalls.length,
            tested: verdict.syscallsTested,
            what: 'system calls',
          }
        : null
  return (
    <section
      aria-label="Tables"
      data-testid="compare-tables"
      // As high as its rows, at most most of a screen.
      style={{
        height: `clamp(14rem, ${(shown?.rows ?? 0) * (table === 'syscalls' ? SYSCALL_ROW_PX : FUNCTION_ROW_PX) + 116}px, min(72dvh, 760px))`,
      }}
      className="flex min-w-0 flex-col overflow-hidden rounded-md border border-line bg-surface print:h-auto!"
    >
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-1.5 border-line border-b px-2 py-1.5 print:hidden">
        <Segmented label="Table" value={table} onChange={(next) => updateView({ table: next }, 'replace')} options={tables} />
        {table === 'functions' ? (
          <span className="min-w-0 flex-1 truncate text-ink-3 text-sm">
            {view.search === '' ? 'searched together with the flame graph (/)' : `only those that match the search`}
          </span>
        ) : (
          <SearchInput
            className="min-w-32 flex-1"
            aria-label={table === 'counts' ? 'Filter the counts' : 'Filter the system calls'}
            placeholder={table === 'counts' ? 'Probe' : 'System call'}
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
        )}
        {table === 'counts' ? null : (
          <label className="inline-flex h-7 items-center gap-1.5 text-ink-2">
            <input
              type="checkbox"
              className="size-4 accent-accent-solid"
              checked={view.sure}
              onChange={(event) => updateView({ sure: event.target.checked }, 'replace')}
            />
            only significant
          </label>
        )}
        {verdict && table === 'functions' ? (
          <CsvButton
            capture={file}
            part="functions"
            what="the functions of both sides"
            make={() => functionFindingsCsv(functionRows(verdict.functions, view, named), verdict.functionUnit)}
          />
        ) : verdict && table === 'syscalls' ? (
          <CsvButton
            capture={file}
            part="syscalls"
            what="the system calls of both sides"
            make={() => syscallFindingsCsv(syscallRows(verdict.syscalls, view, found), verdict.rateUnit)}
          />
        ) : null}
      </div>
      {table === 'counts' ? (
        <CountsComparison sides={comparison} captures={captures} matches={found} />
      ) : !verdict ? (
        isRefused ? (
          <EmptyState title="Nothing to list">Without a verdict there are no changes to list. Why there is none stands above.</EmptyState>
        ) : (
          <SkeletonRows label="Waiting for the verdict" rows={8} />
        )
      ) : shown?.all === 0 ? (
        <EmptyState title={`No ${shown.what} to compare`}>
          {table === 'functions'
            ? 'One of the sides recorded no stacks, or nothing that is selected ran.'
            : 'One of the sides recorded no system calls, or nothing that is selected made any.'}
        </EmptyState>
      ) : shown?.rows === 0 ? (
        <EmptyState title={view.sure ? `No significant change among the ${shown.what}` : 'Nothing matches'}>
          {view.sure ? 'Untick “only significant” to see what was tested.' : 'No name of those that were tested contains this.'}
        </EmptyState>
      ) : table === 'functions' ? (
        <FunctionFindings verdict={verdict} view={view} matches={named} updateView={updateView} />
      ) : (
        <SyscallFindings verdict={verdict} view={view} matches={found} updateView={updateView} />
      )}
      {shown && shown.all > 0 ? (
        <div className="shrink-0 border-line border-t px-2 py-1 text-ink-2 text-sm" data-testid="findings-count">
          {formatCount(shown.rows)} of {formatCount(shown.tested)} {shown.what} that were tested
          {shown.all < shown.tested ? `; the ${formatCount(shown.all)} with the largest changes are listed` : ''}
        </div>
      ) : null}
    </section>
  )
}
