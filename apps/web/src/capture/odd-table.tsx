'use client'
import type { CaptureViewState } from '@sonde/contract'
import { Badge, Button, cx, formatCount, visibleText } from '@sonde/ui'
import Link from 'next/link'
import { hostAgainstRestHref } from '../compare/compare-links.ts'
import { useShare } from '../share/share-context.tsx'
import { ColumnHead } from './column-head.tsx'
import { DistanceCell } from './distance-cell.tsx'
import { HostButton } from './host-button.tsx'
import { ODD_MEASURES, type OddHost, type OddMeasure, reasonsToShow } from './odd-hosts.ts'
import { OddReasonText } from './odd-reason.tsx'
import type { UpdateView } from './use-view-state.ts'

const MEASURES: Record<OddMeasure, { head: string; title: string }> = {
  stacks: {
    head: 'Stacks: bits, odd above',
    title:
      'Jensen–Shannon divergence between what this host spent its samples on (functions by self and by total share) and the mean of the other hosts. 0: the same, 1: nothing in common.',
  },
  syscalls: { head: 'Syscall mix: bits, odd above', title: 'The same for which system calls it makes, as shares of all its calls.' },
  errors: {
    head: 'Errors: bits, odd above',
    title: 'The same for how its calls end: which of them fail, and with what errno, as shares of all its calls.',
  },
}
const TD = 'border-line border-b px-2 py-1 align-top'

export type OddTableProps = {
  captureId: string
  hosts: readonly OddHost[]
  view: CaptureViewState
  update: UpdateView
  /** Null where there are no stacks to compare. */
  onAgainst: ((hostId: string) => void) | null
}

/** Hosts by how far they are from the rest, the furthest first. */
export function OddTable({ captureId, hosts, view, update, onAgainst }: OddTableProps) {
  const isShared = useShare() !== null
  const measures = ODD_MEASURES.filter((measure) => hosts.some((host) => host.distances[measure] !== null))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-24 flex-1 overflow-auto" aria-label="Hosts by distance from the rest" tabIndex={0} data-testid="odd-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Hosts by distance from the rest">
        <thead>
          <tr>
            <ColumnHead>Host</ColumnHead>
            <ColumnHead>In what it differs</ColumnHead>
            {onAgainst ? (
              <ColumnHead>
                <span className="sr-only">Compare</span>
              </ColumnHead>
            ) : null}
            {measures.map((measure) => (
              <ColumnHead key={measure} title={MEASURES[measure].title}>
                {MEASURES[measure].head}
              </ColumnHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr
              key={host.hostId}
              data-testid="odd-row"
              data-odd={host.odd}
              className={host.hostId === view.host ? 'bg-selected' : 'hover:bg-hover'}
            >
              <td className={cx(TD, 'max-w-52')}>
                <span className="flex min-w-0 items-center gap-1.5">
                  <HostButton hostId={host.hostId} hostName={host.hostName} selected={view.host} update={update} />
                  {host.odd ? <Badge tone="warn">odd</Badge> : null}
                </span>
                <span className="block whitespace-nowrap px-0.5 text-ink-3 text-sm">
                  {[
                    host.samples === null ? null : `${formatCount(host.samples)} samples`,
                    host.calls === null ? null : `${formatCount(host.calls)} calls`,
                  ]
                    .filter(Boolean)
                    .join(', ')}
                </span>
              </td>
              <td className={cx(TD, 'w-full min-w-64 max-w-96', !host.odd && 'text-ink-2')}>
                <Reasons host={host} />
              </td>
              {onAgainst ? (
                <td className={cx(TD, 'whitespace-nowrap')}>
                  <Button
                    size="sm"
                    aria-pressed={view.host === host.hostId && view.against === 'rest'}
                    onClick={() => onAgainst(host.hostId)}
                    aria-label={`${visibleText(host.hostName)} against the rest`}
                    className="aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent"
                  >
                    Against the rest
                  </Button>{' '}
                  {isShared ? null : (
                    <Link
                      href={hostAgainstRestHref(captureId, { host: host.hostId, window: view.window })}
                      aria-label={`Verdict on ${visibleText(host.hostName)} against the rest`}
                      className="text-accent text-sm underline"
                    >
                      verdict
                    </Link>
                  )}
                </td>
              ) : null}
              {measures.map((measure) => (
                <td key={measure} className={TD}>
                  <DistanceCell distance={host.distances[measure]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Reasons({ host }: { host: OddHost }) {
  const reasons = reasonsToShow(host)
  if (reasons.length === 0) return <span className="text-ink-3">many small differences</span>
  return (
    <ul className="flex min-w-0 flex-col">
      {reasons.map((reason) => (
        <li key={JSON.stringify(reason)} className="min-w-0">
          <OddReasonText reason={reason} />
        </li>
      ))}
    </ul>
  )
}
