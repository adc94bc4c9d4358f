import type { DeployPair, DeployState, DeploySummary, DeployVerdict } from '@sonde/contract'
import type { DotKind, Tone } from '@sonde/ui'

export const DEPLOY_STATE_WORDS: Record<DeployState, { word: string; dot: DotKind }> = {
  proposed: { word: 'noticed', dot: 'idle' },
  started: { word: 'going on', dot: 'live' },
  finished: { word: 'finished', dot: 'good' },
  dismissed: { word: 'dismissed', dot: 'hollow' },
}

/** Who said that there was a deploy. */
export function saidBy({ source, createdBy }: Pick<DeploySummary, 'source' | 'createdBy'>): string {
  if (source === 'noticed') return createdBy === null ? 'noticed by an agent' : `noticed by an agent, decided by ${createdBy.name}`
  const who = createdBy?.name ?? 'somebody whose account is gone'
  return source === 'api' ? `${who}, through the API` : who
}

/** The verdict in a word or two, for a list. */
export function verdictWord({ differs, direction }: DeployVerdict): { word: string; tone: Tone } {
  if (differs === null) return { word: 'cannot tell', tone: 'neutral' }
  if (!differs) return { word: 'no difference', tone: 'good' }
  if (direction === 'more') return { word: 'slower', tone: 'bad' }
  if (direction === 'less') return { word: 'faster', tone: 'good' }
  return { word: 'differs', tone: 'warn' }
}

/** How far a pair of captures is, where it has no verdict; null where both are done. */
export function pairProgress({ before, after }: DeployPair): string | null {
  if (after.dueAt !== null) return 'after: planned'
  if (before.capture === null && after.capture === null) return 'no captures'
  if (before.capture === null) return 'nothing before'
  if (after.capture === null) return after.note === null ? 'after: when it is over' : 'nothing after'
  if (before.capture.endedAt === null) return 'recording before'
  return after.capture.endedAt === null ? 'recording after' : null
}

/** The pair that a list shows: the first that has both captures, else the first. */
export function pairInShort({ pairs }: Pick<DeploySummary, 'pairs'>): DeployPair | undefined {
  return pairs.find((candidate) => pairProgress(candidate) === null) ?? pairs[0]
}

/** The newest `most` deploys that could be compared and were not: a list asks for few verdicts at once, each takes the server seconds. */
export function firstToCompare(deploys: readonly DeploySummary[], most: number): ReadonlySet<string> {
  const open = deploys.filter((deploy) => {
    const pair = pairInShort(deploy)
    return pair !== undefined && pair.verdict === null && pairProgress(pair) === null
  })
  return new Set(open.slice(0, most).map((deploy) => deploy.id))
}

/** Whether anything about the deploy is about to change by itself. */
export function isDeployLive(deploy: DeploySummary): boolean {
  return deploy.pairs.some(
    ({ before, after }) => after.dueAt !== null || [before, after].some(({ capture }) => capture !== null && capture.endedAt === null),
  )
}

/** `2026-11-30`, in the reader's own time zone: deploys are read by the day. */
export function dayOf(date: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(date)
}

export function dayTitle(date: Date): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(date)
}

export function timeOf(date: Date): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(date)
}
