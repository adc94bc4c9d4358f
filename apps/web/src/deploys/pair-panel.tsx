'use client'
import { compareHref, type DeployCapture, type DeployPair, type DeploySide, type DeploySummary } from '@sonde/contract'
import { Badge, Button, formatAgo, formatPlural, formatSpan, HostText, Notice, Panel, StateDot, TimeAgo, useNowMs } from '@sonde/ui'
import { GitCompare } from 'lucide-react'
import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { CAPTURE_STATE_WORDS, captureDot } from '../captures/capture-state.ts'
import { VerdictSentence } from '../compare/verdict-sentence.tsx'
import { useHasRole } from '../shell/person-context.tsx'
import { verdictWord } from './deploy-words.ts'
import { useDeployVerdict } from './use-deploy-verdict.ts'

const PickCaptureDialog = lazy(async () => ({ default: (await import('./pick-capture-dialog.tsx')).PickCaptureDialog }))

/** The captures before and after a deploy, live until they are done; then what they say. */
export function PairPanel({ deploy, pair }: { deploy: DeploySummary; pair: DeployPair }) {
  const [picking, setPicking] = useState<DeploySide | null>(null)
  const { before, after } = pair
  const overlaps = overlapOf(deploy, before)
  const sides = [before.capture?.id, after.capture?.id]
  return (
    <Panel
      title={pair.title}
      actions={
        sides[0] && sides[1] ? (
          <Button asChild size="sm">
            <Link
              href={compareHref({ a: { capture: sides[0], ...ALL }, b: { capture: sides[1], ...ALL }, by: 'wall' })}
              data-testid="compare-pair"
            >
              <GitCompare aria-hidden /> Compare in full
            </Link>
          </Button>
        ) : null
      }
    >
      <div className="flex flex-col gap-3" data-testid="deploy-pair">
        <PairVerdict deployId={deploy.id} pair={pair} />
        {overlaps ? (
          <Notice tone="warn" title="The capture before this deploy ended after the deploy did">
            It may have recorded both versions. Let the pipeline wait until the capture is done before it rolls out.
          </Notice>
        ) : null}
        <div className="grid gap-3 sm:grid-cols-2">
          <Side title="Before" side={before} onPick={() => setPicking('before')} waits="Nothing was recorded before it." />
          <Side
            title="After"
            side={after}
            onPick={() => setPicking('after')}
            waits={
              deploy.state === 'started'
                ? `Recorded ${pair.warmUpMs > 0 ? `${formatSpan(pair.warmUpMs)} after` : 'at'} the “finished” marker.`
                : 'Nothing was recorded after it.'
            }
          />
        </div>
      </div>
      <Suspense>
        {picking ? <PickCaptureDialog deploy={deploy} pairId={pair.id} side={picking} open onOpenChange={() => setPicking(null)} /> : null}
      </Suspense>
    </Panel>
  )
}

const ALL = { host: '', rest: false, process: '', window: '' } as const

const overlapOf = ({ finishedAt, source }: DeploySummary, { capture }: DeployCapture): boolean =>
  source !== 'noticed' && finishedAt !== null && capture?.endedAt != null && capture.endedAt > finishedAt

function PairVerdict({ deployId, pair }: { deployId: string; pair: DeployPair }) {
  const answer = useDeployVerdict(deployId, pair)
  if (answer.state === 'none') return null
  if (answer.state === 'asked') return <p className="text-ink-2">Comparing before and after…</p>
  if (answer.state === 'failed')
    return (
      <Notice tone="bad" title="They could not be compared">
        <HostText wrap text={answer.message} />
      </Notice>
    )
  const { verdict } = answer
  const { word, tone } = verdictWord(verdict)
  return (
    <div className="flex flex-col gap-2" data-testid="pair-verdict">
      <div className="flex gap-2">
        <Badge tone={tone} className="mt-0.5">
          {word}
        </Badge>
        <ul className="flex min-w-0 flex-col gap-0.5">
          {verdict.sentences.map((sentence) => (
            <li key={sentence}>
              <VerdictSentence text={sentence} />
            </li>
          ))}
        </ul>
      </div>
      {verdict.warnings.length > 0 ? (
        <Notice tone="warn" title="The two may differ for another reason">
          <ul>
            {verdict.warnings.map((warning) => (
              <li key={warning}>
                <HostText wrap text={warning} />
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </div>
  )
}

function Side({ title, side, onPick, waits }: { title: string; side: DeployCapture; onPick: () => void; waits: string }) {
  const operator = useHasRole('operator')
  const now = useNowMs(1_000)
  const { capture, note, dueAt } = side
  return (
    <section
      aria-label={title}
      className="flex min-w-0 flex-col gap-1 rounded-md border border-line p-2"
      data-testid={`side-${title.toLowerCase()}`}
    >
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-medium text-ink-3 text-sm">{title}</h3>
        {operator ? (
          <Button size="sm" variant="ghost" onClick={onPick} aria-label={`Pick another capture: ${title.toLowerCase()}`}>
            Pick…
          </Button>
        ) : null}
      </div>
      {capture ? (
        <>
          <Link href={`/captures/${capture.id}`} className="min-w-0 font-medium hover:underline">
            <HostText text={capture.title} />
          </Link>
          <span className="flex flex-wrap items-center gap-x-2 text-ink-2 text-sm">
            <span className="inline-flex items-center gap-1.5">
              <StateDot kind={captureDot(capture.state)} /> {CAPTURE_STATE_WORDS[capture.state]}
            </span>
            {formatPlural(capture.hosts, 'host')}
            <TimeAgo date={capture.createdAt} />
          </span>
        </>
      ) : dueAt ? (
        <p className="text-ink-2" suppressHydrationWarning>
          {dueAt.getTime() > now ? `Starts ${formatAgo(dueAt, now)}.` : 'Starts as soon as the capture before it has ended.'}
        </p>
      ) : (
        <p className="text-ink-2">
          <HostText wrap text={note ?? waits} />
        </p>
      )}
    </section>
  )
}
