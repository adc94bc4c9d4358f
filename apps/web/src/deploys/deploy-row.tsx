'use client'
import { type DeploySummary, deployTime } from '@sonde/contract'
import { Badge, formatPlural, formatTimestamp, HostText, StateDot } from '@sonde/ui'
import Link from 'next/link'
import { DEPLOY_STATE_WORDS, pairInShort, pairProgress, saidBy, timeOf, verdictWord } from './deploy-words.ts'
import { useDeployVerdict } from './use-deploy-verdict.ts'

/** A line of the timeline: when, what, where, and the verdict in short. */
export function DeployRow({ deploy, ask }: { deploy: DeploySummary; ask: boolean }) {
  const at = deployTime(deploy)
  const state = DEPLOY_STATE_WORDS[deploy.state]
  return (
    <li
      data-testid="deploy-row"
      className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-3 gap-y-0.5 border-line border-b px-3 py-2 last:border-b-0 hover:bg-hover/60 sm:grid-cols-[auto_minmax(0,1fr)_minmax(0,1fr)]"
    >
      <time dateTime={at.toISOString()} title={formatTimestamp(at)} className="text-ink-2" suppressHydrationWarning>
        {timeOf(at)}
      </time>
      <div className="min-w-0">
        <Link href={`/deploys/${deploy.id}`} className="inline-flex max-w-full gap-1.5 font-medium hover:underline">
          <HostText text={deploy.service} />
          <HostText text={deploy.version} className="font-mono font-normal text-sm" />
        </Link>
        <div className="flex flex-wrap items-center gap-x-2 text-ink-2 text-sm">
          <span className="inline-flex items-center gap-1.5">
            <StateDot kind={state.dot} /> {state.word}
          </span>
          <span>{formatPlural(deploy.hosts.length, 'host')}</span>
          <HostText text={saidBy(deploy)} />
        </div>
      </div>
      <div className="col-start-2 min-w-0 text-sm sm:col-start-3">
        <VerdictInShort deploy={deploy} ask={ask} />
      </div>
    </li>
  )
}

function VerdictInShort({ deploy, ask }: { deploy: DeploySummary; ask: boolean }) {
  const pair = pairInShort(deploy)
  const verdict = useDeployVerdict(deploy.id, pair, ask)
  if (!pair) return <span className="text-ink-3">no captures</span>
  const progress = pairProgress(pair)
  if (progress !== null) return <span className="text-ink-2">{progress}</span>
  if (verdict.state !== 'known')
    return (
      <span className="text-ink-3">
        {verdict.state === 'failed' ? 'could not be compared' : verdict.state === 'asked' ? 'comparing…' : 'not compared yet'}
      </span>
    )
  const { word, tone } = verdictWord(verdict.verdict)
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2" data-testid="deploy-verdict">
      <Badge tone={tone}>{word}</Badge>
      <HostText text={verdict.verdict.sentences[0] ?? ''} className="text-ink-2" />
    </span>
  )
}
