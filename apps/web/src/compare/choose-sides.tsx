'use client'
import { type CaptureView, compareHref, type Selection } from '@sonde/contract'
import { Button, formatPlural, HostText, Panel, TimeAgo } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useMemo } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { CapturePicker } from './capture-picker.tsx'
import { againstTimeBeforeHref } from './compare-links.ts'
import { comparableOf, pairsOf } from './related-captures.ts'
import { selectionWords } from './side-words.ts'
import type { UpdateSides } from './use-comparison.ts'

const whole = (capture: string): Selection => ({ capture, host: '', rest: false, process: '', window: '' })

export type ChooseSidesProps = {
  a: Selection | null
  b: Selection | null
  /** Of the side that is chosen already. */
  capture: CaptureView | undefined
  updateSides: UpdateSides
}

/** What stands on the page until there are two sides: pairs that go together, and every capture to choose from. */
export function ChooseSides({ a, b, capture, updateSides }: ChooseSidesProps) {
  const chosen = b ?? a
  if (!chosen) return <ChooseBoth updateSides={updateSides} />
  const missing = b ? 'A' : 'B'
  return (
    <div className="grid min-w-0 gap-3 min-[900px]:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
      <Panel title={`Side ${b ? 'B' : 'A'}`} actions={<Button onClick={() => updateSides({ a: null, b: null })}>Choose another</Button>}>
        <div className="flex min-w-0 flex-col gap-1">
          <HostText text={capture?.title ?? '…'} className="font-medium" />
          {capture ? (
            <span className="text-ink-2">
              {selectionWords(chosen, capture)} · <TimeAgo date={capture.createdAt} />
            </span>
          ) : null}
          {b && capture ? <WithinCapture b={b} capture={capture} /> : null}
        </div>
      </Panel>
      <Panel title={b ? 'Compare it with (side A, what was before)' : 'Compare it with (side B)'}>
        <CapturePicker
          label={`side ${missing}`}
          beside={capture ? comparableOf(capture) : null}
          onChoose={(id) => updateSides(b ? { a: whole(id) } : { b: whole(id) })}
        />
      </Panel>
    </div>
  )
}

/** Comparisons that need no other capture. */
function WithinCapture({ b, capture }: { b: Selection; capture: CaptureView }) {
  const before = againstTimeBeforeHref(b.capture, b)
  const canRest = b.host !== '' && !b.rest && capture.targets.length > 1
  if (!before && !canRest) return null
  return (
    <span className="mt-1 flex flex-wrap gap-1.5">
      {canRest ? (
        <Button asChild>
          <Link href={compareHref({ a: { ...b, rest: true, process: '' }, b: { ...b, process: '' } })}>With the rest of its hosts</Link>
        </Button>
      ) : null}
      {before ? (
        <Button asChild>
          <Link href={before}>With the time before</Link>
        </Button>
      ) : null}
    </span>
  )
}

function ChooseBoth({ updateSides }: { updateSides: UpdateSides }) {
  const trpc = useTRPC()
  const list = useQuery(trpc.captures.list.queryOptions({ limit: 100 }))
  const pairs = useMemo(() => pairsOf(list.data?.items ?? [], 8), [list.data])
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="max-w-3xl text-ink-2 text-pretty">
        Two selections, A and B, of captures, hosts or stretches of time: what became slower, what faster, and what is only chance. B is the
        one in question, A what it is held against.
      </p>
      <div className="grid min-w-0 gap-3 min-[900px]:grid-cols-2">
        {pairs.length > 0 ? (
          <Panel title="Recorded the same way on the same hosts" flush>
            <ul data-testid="suggested-pairs">
              {pairs.map(({ a, b }) => (
                <li key={b.id} className="border-line border-b last:border-b-0">
                  <Link
                    href={compareHref({ a: whole(a.id), b: whole(b.id) })}
                    className="flex min-w-0 flex-col gap-0.5 px-3 py-1.5 hover:bg-hover"
                  >
                    <Side letter="A" title={a.title} at={a.createdAt} />
                    <Side letter="B" title={b.title} at={b.createdAt} />
                    <span className="text-ink-2 text-sm">{formatPlural(b.hosts.length, 'host')}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <Panel title="Or choose one, then the other">
          <CapturePicker label="side B" beside={null} onChoose={(id) => updateSides({ b: whole(id) })} />
        </Panel>
      </div>
    </div>
  )
}

function Side({ letter, title, at }: { letter: string; title: string; at: Date }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="w-3 shrink-0 text-ink-3">{letter}</span>
      <HostText text={title} className="min-w-0 flex-1 font-medium" />
      <TimeAgo date={at} className="shrink-0 text-ink-2 text-sm" />
    </span>
  )
}
