import type { CaptureViewState } from '@sonde/contract'
import type { LoadedProfile } from '@sonde/flamegraph/react'
import { Badge, cx, formatCount, formatExact, formatRate, formatShare, formatSpan, HostText, LabelChip, StateDot } from '@sonde/ui'
import type { ReactNode } from 'react'
import { TARGET_STATE_WORDS, targetDot } from '../captures/capture-state.ts'
import { ColumnHead } from './column-head.tsx'
import { HostButton } from './host-button.tsx'
import { type Amount, firstHostDirection, type HostRow, type HostSort } from './host-rows.ts'
import { SortHead } from './sort-head.tsx'
import type { UpdateView } from './use-view-state.ts'
import { weightText } from './weight-cell.tsx'

const TD = 'h-8 border-line border-b px-2'
const NUMBER = 'whitespace-nowrap text-right'

export type HostsTableProps = {
  rows: readonly HostRow[]
  /** What was recorded: only that has columns. */
  has: { cpu: boolean; waits: boolean; syscalls: boolean; hits: boolean }
  profile: LoadedProfile | undefined
  offcpu: LoadedProfile | undefined
  view: CaptureViewState
  update: UpdateView
}

type Column = { sort: HostSort | null; head: string; title?: string; numeric?: boolean; cell: (row: HostRow) => ReactNode }

/** The hosts of a capture to read, sort, and choose from. */
export function HostsTable({ rows, has, profile, offcpu, view, update }: HostsTableProps) {
  const columns = columnsOf({ has, profile, offcpu, view, update, rows })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-0 flex-1 overflow-auto" aria-label="Hosts" tabIndex={0} data-testid="hosts-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Hosts">
        <thead>
          <tr>
            {columns.map(({ sort, head, title, numeric = false }) =>
              sort === null ? (
                <ColumnHead key={head}>{head}</ColumnHead>
              ) : (
                <SortHead
                  key={head}
                  active={view.hostSort === sort ? view.hostDir : null}
                  numeric={numeric}
                  {...(title === undefined ? {} : { title })}
                  onSort={() => update(nextSort(view, sort), 'replace')}
                >
                  {head}
                </SortHead>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.target.hostId}
              data-testid="host-row"
              className={row.target.hostId === view.host ? 'bg-selected' : 'hover:bg-hover'}
            >
              {columns.map(({ head, numeric, cell }) => (
                <td key={head} className={cx(TD, numeric && NUMBER)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function nextSort(view: CaptureViewState, sort: HostSort): Pick<CaptureViewState, 'hostSort' | 'hostDir'> {
  const first = firstHostDirection(sort)
  const other = first === 'asc' ? 'desc' : 'asc'
  return { hostSort: sort, hostDir: view.hostSort === sort && view.hostDir === first ? other : first }
}

function columnsOf({ has, profile, offcpu, view, update, rows }: HostsTableProps): Column[] {
  const amount = (sort: HostSort, head: string, pick: (row: HostRow) => Amount | null, text: (amount: Amount) => string): Column => ({
    sort,
    head,
    numeric: true,
    title: 'And its share of all hosts together',
    cell: (row) => <AmountCell amount={pick(row)} text={text} />,
  })
  const anyLost = rows.some(({ lost, throttled }) => lost + throttled > 0)
  const anyLabels = rows.some(({ host }) => Object.keys(host?.labels ?? {}).length > 0)
  const anyFacts = rows.some(({ host }) => host !== undefined)
  return [
    {
      sort: 'host',
      head: 'Host',
      cell: ({ target }) => <HostButton hostId={target.hostId} hostName={target.hostName} selected={view.host} update={update} />,
    },
    ...when(anyLabels, { sort: null, head: 'Labels', cell: ({ host }) => <Labels labels={host?.labels ?? {}} /> }),
    {
      sort: 'state',
      head: 'State',
      cell: ({ target }) => (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={target.message ?? undefined}>
          <StateDot kind={targetDot(target.state)} /> {TARGET_STATE_WORDS[target.state].word}
        </span>
      ),
    },
    ...when(
      has.cpu,
      amount(
        'cpu',
        weightHead(profile, 'Samples'),
        (row) => row.cpu,
        (a) => weightText(a.weight, profile?.meta.unit ?? 'samples'),
      ),
    ),
    ...when(
      has.waits,
      amount(
        'waits',
        'Waiting',
        (row) => row.waits,
        (a) => weightText(a.weight, offcpu?.meta.unit ?? 'ns'),
      ),
    ),
    ...when(
      has.syscalls,
      amount(
        'calls',
        'Syscalls',
        (row) => row.calls,
        (a) => formatCount(a.weight),
      ),
    ),
    ...when(has.syscalls, {
      sort: 'rate',
      head: 'Calls/s',
      numeric: true,
      cell: ({ callRate }) => (callRate === null ? '–' : formatRate(callRate)),
    }),
    ...when(has.syscalls, {
      sort: 'errors',
      head: 'Failed',
      title: 'Share of its calls that ended with an error',
      numeric: true,
      cell: ({ errorShare }) => (errorShare === null ? '–' : formatShare(errorShare)),
    }),
    ...when(has.hits, {
      sort: 'hits',
      head: 'Events',
      title: 'Counted, timed or kept by the event collectors; known when the host has ended',
      numeric: true,
      cell: ({ hits }) => (hits === null ? '–' : formatCount(hits)),
    }),
    { sort: 'recorded', head: 'Recorded', numeric: true, cell: ({ target }) => formatSpan(target.recordedMs) },
    ...when(anyLost, {
      sort: 'lost',
      head: 'Lost',
      title: 'Samples, calls and events that the host could not keep',
      numeric: true,
      cell: ({ lost, throttled }) => (
        <span className="inline-flex gap-1">
          {lost > 0 ? <Badge tone="warn">{formatExact(lost)} lost</Badge> : null}
          {throttled > 0 ? <Badge tone="warn">throttled {formatExact(throttled)} ×</Badge> : null}
        </span>
      ),
    }),
    ...when(anyFacts, {
      sort: 'kernel',
      head: 'Kernel',
      cell: ({ host }) => (host ? <HostText text={host.facts.kernel} className="max-w-48 text-ink-2" /> : '–'),
    }),
    ...when(anyFacts, {
      sort: 'cpus',
      head: 'CPUs',
      numeric: true,
      cell: ({ host }) => (host ? <span title={host.facts.cpuModel}>{host.facts.cpuCount}</span> : '–'),
    }),
  ]
}

const when = (shown: boolean, column: Column): Column[] => (shown ? [column] : [])

const weightHead = (profile: LoadedProfile | undefined, samples: string): string =>
  profile === undefined || profile.meta.unit === 'samples' ? samples : 'Weight'

function Labels({ labels }: { labels: Record<string, string> }) {
  const entries = Object.entries(labels)
  return (
    <span className="flex max-w-80 items-center gap-1 overflow-hidden">
      {entries.slice(0, 4).map(([name, value]) => (
        <LabelChip key={name} name={name} value={value} />
      ))}
      {entries.length > 4 ? (
        <span className="text-ink-3 text-sm" title={entries.map(([name, value]) => `${name}=${value}`).join('\n')}>
          +{entries.length - 4}
        </span>
      ) : null}
    </span>
  )
}

function AmountCell({ amount, text }: { amount: Amount | null; text: (amount: Amount) => string }) {
  if (!amount) return <span className="text-ink-3">–</span>
  return (
    <span className="relative inline-flex h-full w-full items-center justify-end gap-1.5" title={formatExact(amount.weight)}>
      <span>{text(amount)}</span>
      <span className="w-14 text-ink-2">{formatShare(amount.share)}</span>
      <span aria-hidden className="absolute right-0 bottom-0.5 h-0.5 rounded-full bg-bar" style={{ width: `${amount.share * 100}%` }} />
    </span>
  )
}
