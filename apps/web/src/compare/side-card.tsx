'use client'
import type { CaptureView, Selection, SideFacts } from '@sonde/contract'
import type { SideSummary } from '@sonde/flamegraph/react'
import { Button, Dialog, formatCount, formatPlural, HostText, Notice, Skeleton, StateDot, TimeAgo, visibleText } from '@sonde/ui'
import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { CAPTURE_STATE_WORDS, captureDot } from '../captures/capture-state.ts'
import { errorText, httpStatusOf } from '../trpc/errors.ts'
import { CapturePicker } from './capture-picker.tsx'
import { captureHref } from './compare-links.ts'
import { comparableOf } from './related-captures.ts'
import { selectionWords } from './side-words.ts'

const SideSelectors = lazy(async () => ({ default: (await import('./side-selectors.tsx')).SideSelectors }))

export type SideCardProps = {
  letter: 'A' | 'B'
  selection: Selection
  capture: CaptureView | undefined
  error: unknown
  /** The other side, to offer what is like it. */
  other: CaptureView | undefined
  /** What else could be selected; undefined while the profile loads, or where there is none. */
  summary: SideSummary | undefined
  /** As the verdict counted it; undefined until it is there. */
  facts: SideFacts | undefined
  onSelect: (selection: Selection) => void
}

/** One side of a comparison: what it is, how much of it there is, and how to change it. */
export function SideCard({ letter, selection, capture, error, other, summary, facts, onSelect }: SideCardProps) {
  const [isPicking, setPicking] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const comm = summary?.processes.find(({ hostId, pid }) => `${hostId}:${pid}` === selection.process)?.comm ?? null
  return (
    <section
      aria-label={`Side ${letter}`}
      data-testid={`side-${letter.toLowerCase()}`}
      className="flex min-w-0 flex-col gap-1 rounded-md border border-line bg-surface px-3 py-2"
    >
      <div className="flex min-w-0 items-center gap-2">
        <span aria-hidden className="inline-flex size-5 shrink-0 items-center justify-center rounded-sm bg-hover font-semibold text-sm">
          {letter}
        </span>
        {capture ? (
          <Link href={captureHref(selection)} className="min-w-0 flex-1 font-medium hover:underline">
            <HostText text={capture.title} />
          </Link>
        ) : error ? (
          <span className="flex-1 font-medium">{httpStatusOf(error) === 404 ? 'There is no such capture' : 'Not loaded'}</span>
        ) : (
          <Skeleton className="h-5 flex-1" />
        )}
        <Button size="sm" onClick={() => setPicking(true)} aria-label={`Change the capture of side ${letter}`}>
          Change
        </Button>
        <Button size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} aria-label={`Narrow side ${letter}`} disabled={!capture}>
          Narrow
        </Button>
      </div>
      {capture ? (
        <p className="flex min-w-0 flex-wrap items-center gap-x-2 text-ink-2">
          <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
            <StateDot kind={captureDot(capture.state)} /> {CAPTURE_STATE_WORDS[capture.state]}
          </span>
          <span className="whitespace-nowrap">
            <TimeAgo date={capture.createdAt} />
          </span>
          <HostText text={capture.createdBy.name} />
        </p>
      ) : error ? (
        <Notice tone="bad" title={httpStatusOf(error) === 404 ? 'It was deleted, or the link is not complete' : 'It could not be loaded'}>
          {httpStatusOf(error) === 404 ? 'Choose another one for this side.' : <HostText wrap text={errorText(error)} />}
        </Notice>
      ) : null}
      {capture ? (
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2" data-testid={`selection-${letter.toLowerCase()}`}>
          <span className="min-w-0 font-medium wrap-anywhere">
            {selectionWords(selection, capture, comm === null ? null : visibleText(comm))}
          </span>
          {facts ? <Facts facts={facts} /> : summary ? <span className="text-ink-2">{formatPlural(summary.count, 'sample')}</span> : null}
        </p>
      ) : null}
      {isOpen && capture ? (
        <Suspense fallback={<Skeleton className="h-20" />}>
          <SideSelectors letter={letter} selection={selection} capture={capture} summary={summary} onSelect={onSelect} />
        </Suspense>
      ) : null}
      <Dialog open={isPicking} onOpenChange={setPicking} title={`Side ${letter}: which capture?`}>
        <CapturePicker
          label={`side ${letter}`}
          beside={other ? comparableOf(other) : null}
          onChoose={(id) => {
            setPicking(false)
            onSelect({ capture: id, host: '', rest: false, process: '', window: '' })
          }}
        />
      </Dialog>
    </section>
  )
}

function Facts({ facts }: { facts: SideFacts }) {
  const words = [
    formatPlural(facts.hosts, 'host'),
    facts.samples > 0 ? formatPlural(facts.samples, 'sample') : null,
    facts.syscalls > 0 ? formatPlural(facts.syscalls, 'system call') : null,
    facts.cpuSeconds === null ? null : `${formatCount(Number(facts.cpuSeconds.toPrecision(3)))} s of CPU`,
    `${formatCount(Number(facts.hostSeconds.toPrecision(3)))} s recorded`,
    facts.lost > 0 ? `${formatCount(facts.lost)} lost` : null,
  ].filter(Boolean)
  return (
    <span className="text-ink-2" title={`${formatPlural(facts.units, 'unit')} of evidence: hosts × slices of time that recorded anything`}>
      {words.join(' · ')}
    </span>
  )
}
