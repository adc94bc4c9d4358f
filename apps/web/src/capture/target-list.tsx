'use client'
import { type CaptureView, isFinal, TARGET_REASONS, TARGET_REMEDIES, TARGET_STATES, type TargetView } from '@sonde/contract'
import { Badge, Button, cx, formatBytes, formatPlural, formatSpan, HostText, ScrollBox, StateDot, visibleText } from '@sonde/ui'
import { ChevronDown, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { TARGET_STATE_WORDS, targetDot } from '../captures/capture-state.ts'
import { useShare } from '../share/share-context.tsx'
import { sentence } from './sentence.ts'

const BAD_ENDS = ['refused', 'failed', 'expired', 'lost'] as const
const wentWrong = (target: TargetView): boolean => BAD_ENDS.some((state) => state === target.state)

export type TargetListProps = {
  capture: CaptureView
  /** Id of the selected host, '' for all. */
  selected: string
  onSelect: (hostId: string) => void
  aside: ReactNode
}

/** What each host does. One host is a line; many are counts by state that open into tiles, those in trouble first. `aside` stands at the end of the first line. */
export function TargetList({ capture, selected, onSelect, aside }: TargetListProps) {
  const { targets } = capture
  const [open, setOpen] = useState(false)
  const [only] = targets
  if (targets.length === 1 && only) {
    return (
      <div className="flex min-w-0 flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-full sm:basis-0">
          <TargetTile target={only} isImported={capture.source !== null} />
        </div>
        {aside}
      </div>
    )
  }
  const inOrder = [...targets].sort((a, b) => Number(wentWrong(b)) - Number(wentWrong(a)) || (a.hostName < b.hostName ? -1 : 1))
  const counts = TARGET_STATES.map((state) => ({ state, count: targets.filter((target) => target.state === state).length })).filter(
    ({ count }) => count > 0,
  )
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" variant="ghost" onClick={() => setOpen(!open)} aria-expanded={open} aria-controls="targets">
          {open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />} {formatPlural(targets.length, 'host')}
        </Button>
        {counts.map(({ state, count }) => (
          <span
            key={state}
            className="inline-flex items-center gap-1.5"
            data-testid={`targets-${state}`}
            title={TARGET_STATE_WORDS[state].sentence}
          >
            <StateDot kind={targetDot(state)} /> {count} {TARGET_STATE_WORDS[state].word}
          </span>
        ))}
        <span className="flex-1" />
        {aside}
      </div>
      <ul
        id="targets"
        hidden={!open}
        className="max-h-[30vh] items-start gap-2 overflow-auto sm:grid-cols-2 xl:grid-cols-3 [&:not([hidden])]:grid"
      >
        {inOrder.map((target) => (
          <li key={target.hostId} className="min-w-0">
            <TargetTile target={target} isImported={capture.source !== null} selected={selected} onSelect={onSelect} />
          </li>
        ))}
      </ul>
      {open || !targets.some(wentWrong) ? null : (
        <div className="grid max-h-[24vh] items-start gap-2 overflow-auto lg:grid-cols-2">
          {inOrder
            .filter(wentWrong)
            .slice(0, 2)
            .map((target) => (
              <TargetTile
                key={target.hostId}
                target={target}
                isImported={capture.source !== null}
                selected={selected}
                onSelect={onSelect}
              />
            ))}
        </div>
      )}
    </div>
  )
}

type TargetTileProps = {
  target: TargetView
  /** Its host is a name in a file: there is no page of it. */
  isImported: boolean
  /** Absent for a capture's only host: it cannot be chosen among others. */
  selected?: string
  onSelect?: (hostId: string) => void
}

function TargetTile({ target, isImported, selected, onSelect }: TargetTileProps) {
  const single = onSelect === undefined
  const isShared = useShare() !== null
  const isSelected = target.hostId === selected
  const words = TARGET_STATE_WORDS[target.state]
  const final = isFinal(target.state)
  const trouble = wentWrong(target)
  return (
    <div
      data-testid="target"
      data-state={target.state}
      className={cx(
        'flex min-w-0 flex-col gap-1',
        (!single || trouble) && 'rounded-md border px-3 py-2',
        (!single || trouble) && (isSelected ? 'border-accent-line bg-selected' : 'border-line bg-surface'),
        trouble && 'border-l-4 border-l-bad',
      )}
    >
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5">
        {isImported || isShared ? (
          <HostText text={target.hostName} className="font-medium" />
        ) : (
          <Link href={`/hosts/${target.hostId}`} className="min-w-0 font-medium hover:underline">
            <HostText text={target.hostName} />
          </Link>
        )}
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap" role="status">
          <StateDot kind={targetDot(target.state)} />
          <span data-testid="target-state">{words.word}</span>
        </span>
        {target.cancelRequested && !final ? <span className="text-warn">cancelling…</span> : null}
        {target.attempt > 1 ? <Badge>attempt {target.attempt}</Badge> : null}
        <span className="text-ink-2">
          {[
            isImported && target.quality ? formatPlural(target.quality.samples, 'sample') : null,
            target.recordedMs === null ? null : `${formatSpan(target.recordedMs)} recorded`,
            target.bytes > 0 ? `${formatBytes(target.bytes)} stored` : null,
          ]
            .filter(Boolean)
            .join(', ')}
          {!final && target.recordedMs === null && target.bytes === 0 ? words.sentence : null}
        </span>
        {onSelect ? (
          <Button
            size="sm"
            variant="ghost"
            aria-pressed={isSelected}
            aria-label={isSelected ? 'Show all hosts' : `Show only ${visibleText(target.hostName)}`}
            onClick={() => onSelect(isSelected ? '' : target.hostId)}
          >
            {isSelected ? 'All hosts' : 'Only this'}
          </Button>
        ) : null}
      </div>
      {trouble || (target.state === 'cancelled' && target.message) ? (
        <div className="flex min-w-0 flex-col gap-0.5">
          <p>
            {target.reason ? (
              <>
                <span className="font-medium">{sentence(TARGET_REASONS[target.reason])}</span>{' '}
                <span className="text-ink-2">{TARGET_REMEDIES[target.reason]}</span>
              </>
            ) : (
              words.sentence
            )}
          </p>
          {target.message ? (
            <ScrollBox
              label={`Message of the agent on ${target.hostName}`}
              testId="target-message"
              className="max-h-24 rounded-sm bg-inset"
            >
              <pre className="whitespace-pre-wrap px-2 py-1 font-mono text-ink-2 text-sm wrap-anywhere">
                <HostText wrap text={target.message} />
              </pre>
            </ScrollBox>
          ) : null}
          {target.chunks > 0 ? <p className="text-ink-2">What had arrived until then is shown below, marked as partial.</p> : null}
        </div>
      ) : null}
    </div>
  )
}
