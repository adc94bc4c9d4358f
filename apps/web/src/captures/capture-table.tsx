'use client'
import { type CaptureSummary, type CollectorId, collectorsOf, findRecipe, hasResultsOf } from '@sonde/contract'
import {
  Button,
  Explain,
  formatCount,
  formatPlural,
  formatSpan,
  HostText,
  Menu,
  MenuItem,
  StateDot,
  Table,
  Td,
  Th,
  TimeAgo,
  Tr,
  visibleText,
} from '@sonde/ui'
import { Ellipsis, RotateCw, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { COLLECTOR_WORDS } from '../collectors/collector-words.ts'
import { CompareChosen } from '../compare/compare-chosen.tsx'
import { formatName } from '../import/format-words.ts'
import { useHasRole, usePerson } from '../shell/person-context.tsx'
import { CaptureFinds } from './capture-finds.tsx'
import { CaptureReasonLine } from './capture-reason.tsx'
import { CAPTURE_STATE_WORDS, captureDot, TARGET_STATE_WORDS } from './capture-state.ts'
import { DeleteCapture } from './delete-capture.tsx'
import { useRerun } from './use-rerun.ts'

/** Captures as rows, newest first as the server gives them. */
export function CaptureTable({ captures }: { captures: readonly CaptureSummary[] }) {
  const [deleting, setDeleting] = useState<CaptureSummary | null>(null)
  const [chosen, setChosen] = useState<readonly CaptureSummary[]>([])
  return (
    <>
      <Table label="Captures">
        <thead>
          <tr>
            <Th className="w-9 pr-0!">
              <span className="sr-only">Compare</span>
            </Th>
            <Th>Capture</Th>
            <Th>State</Th>
            <Th>When</Th>
            <Th className="hidden md:table-cell">Hosts</Th>
            <Th className="hidden lg:table-cell">What</Th>
            <Th numeric className="hidden md:table-cell">
              Duration
            </Th>
            <Th numeric className="hidden sm:table-cell">
              Samples
            </Th>
            <Th numeric className="hidden sm:table-cell">
              Syscalls
            </Th>
            <Th numeric className="hidden xl:table-cell">
              Events
            </Th>
            <Th className="hidden lg:table-cell">Who</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {captures.map((capture) => (
            <CaptureRow
              key={capture.id}
              capture={capture}
              isChosen={chosen.some(({ id }) => id === capture.id)}
              // A third one takes the place of the second.
              onChosen={(isChosen) =>
                setChosen((now) => {
                  const others = now.filter(({ id }) => id !== capture.id)
                  return isChosen ? [...others.slice(0, 1), capture] : others
                })
              }
              onDelete={() => setDeleting(capture)}
            />
          ))}
        </tbody>
      </Table>
      <CompareChosen chosen={chosen} onClear={() => setChosen([])} />
      <DeleteCapture capture={deleting} onClose={() => setDeleting(null)} />
    </>
  )
}

type CaptureRowProps = { capture: CaptureSummary; isChosen: boolean; onChosen: (isChosen: boolean) => void; onDelete: () => void }

function CaptureRow({ capture, isChosen, onChosen, onDelete }: CaptureRowProps) {
  const person = usePerson()
  const operator = useHasRole('operator')
  const admin = useHasRole('admin')
  const mayDelete = admin || (operator && capture.createdBy.id === person.id)
  const rerun = useRerun()
  const collectors = collectorsOf(capture.spec)
  return (
    <Tr data-testid="capture-row">
      <Td className="w-9 pr-0!">
        <label className="-m-1 flex size-7 items-center justify-center">
          <input
            type="checkbox"
            className="size-4 accent-accent-solid"
            checked={isChosen}
            onChange={(event) => onChosen(event.target.checked)}
            aria-label={`Compare ${visibleText(capture.title)}`}
          />
        </label>
      </Td>
      <Td className="max-w-72">
        <Link href={`/captures/${capture.id}`} className="font-medium hover:underline">
          <HostText text={capture.title} />
        </Link>
        {capture.reason ? <CaptureReasonLine reason={capture.reason} className="text-sm" /> : null}
        <CaptureFinds capture={capture} />
      </Td>
      <Td className="whitespace-nowrap">
        <span className="inline-flex items-center gap-1.5">
          <StateDot kind={captureDot(capture.state)} />
          {CAPTURE_STATE_WORDS[capture.state]}
        </span>
      </Td>
      <Td className="whitespace-nowrap">
        <TimeAgo date={capture.createdAt} />
      </Td>
      <Td className="hidden max-w-56 md:table-cell">
        <HostNames hosts={capture.hosts} />
      </Td>
      <Td className="hidden max-w-56 lg:table-cell">
        <What capture={capture} />
      </Td>
      <Td numeric className="hidden md:table-cell">
        {capture.source && capture.spec.durationMs === 0 ? '–' : formatSpan(capture.spec.durationMs)}
      </Td>
      <Td numeric className="hidden sm:table-cell">
        {hasResultsOf(capture, 'stacks') ? formatCount(capture.samples) : '–'}
      </Td>
      <Td numeric className="hidden sm:table-cell">
        {collectors.includes('syscalls') ? formatCount(capture.syscalls) : '–'}
      </Td>
      <Td numeric className="hidden xl:table-cell">
        {collectors.some((collector) => COUNTS_EVENTS.has(collector)) ? formatCount(capture.hits) : '–'}
      </Td>
      <Td className="hidden max-w-40 lg:table-cell">
        <HostText text={capture.createdBy.name} className="text-ink-2" />
      </Td>
      <Td numeric>
        {operator ? (
          <span className="inline-flex gap-1">
            {capture.source ? null : (
              <Button
                size="sm"
                variant="ghost"
                icon
                aria-label={`Run ${capture.title} again`}
                title="Run again with the same settings"
                disabled={rerun.isPending}
                onClick={() => rerun.mutate({ id: capture.id })}
              >
                <RotateCw />
              </Button>
            )}
            <Menu
              trigger={
                <Button size="sm" variant="ghost" icon aria-label={`More for ${capture.title}`}>
                  <Ellipsis />
                </Button>
              }
            >
              {capture.source ? null : (
                <MenuItem onSelect={() => rerun.mutate({ id: capture.id })}>
                  <RotateCw aria-hidden /> Run again
                </MenuItem>
              )}
              <MenuItem tone="danger" onSelect={onDelete} disabled={!mayDelete}>
                <Trash2 aria-hidden /> Delete
              </MenuItem>
            </Menu>
          </span>
        ) : null}
      </Td>
    </Tr>
  )
}

/** Collectors whose events are counted as such. */
const COUNTS_EVENTS: ReadonlySet<CollectorId> = new Set(['counts', 'latency', 'events'])

/** The recipe, the collectors that were put together by hand, or what sort of file it was. */
function What({ capture: { spec, source } }: { capture: CaptureSummary }) {
  if (source) return <span>Imported {formatName(source.format)}</span>
  const recipe = findRecipe(spec.recipe)
  if (recipe) return <span>{recipe.title}</span>
  return (
    <span className="text-ink-2">
      {collectorsOf(spec)
        .map((collector) => COLLECTOR_WORDS[collector].name)
        .join(' + ')}
    </span>
  )
}

function HostNames({ hosts }: { hosts: CaptureSummary['hosts'] }) {
  const [first, ...others] = hosts
  if (!first) return <span className="text-ink-3">none left</span>
  if (others.length === 0) return <HostText text={first.name} />
  return (
    <Explain
      tone="neutral"
      what={
        <span className="flex max-h-64 flex-col overflow-auto">
          {hosts.slice(0, 50).map((host) => (
            <span key={host.id}>
              <HostText text={host.name} />: {TARGET_STATE_WORDS[host.state].word}
            </span>
          ))}
          {hosts.length > 50 ? <span>and {formatPlural(hosts.length - 50, 'more', 'more')}</span> : null}
        </span>
      }
    >
      {formatPlural(hosts.length, 'host')}
    </Explain>
  )
}
