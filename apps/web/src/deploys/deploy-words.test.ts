import type { DeployCapture, DeployPair, DeploySummary } from '@sonde/contract'
import { expect, it } from 'vitest'
import { firstToCompare, isDeployLive, pairInShort, pairProgress, saidBy, verdictWord } from './deploy-words.ts'

const at = new Date(1_700_000_000_000)
const none: DeployCapture = { capture: null, note: null, dueAt: null }
const recorded = (endedAt: Date | null): DeployCapture => ({
  capture: { id: 'capture-1', title: 'CPU', state: endedAt ? 'done' : 'running', createdAt: at, endedAt, hosts: 1 },
  note: null,
  dueAt: null,
})
const pair = (before: DeployCapture, after: DeployCapture, over: Partial<DeployPair> = {}): DeployPair => ({
  id: 'pair-1',
  ruleId: null,
  title: 'CPU',
  spec: null,
  warmUpMs: 0,
  hostIds: [],
  before,
  after,
  verdict: null,
  ...over,
})
const deploy = (id: string, ...pairs: DeployPair[]): DeploySummary => ({
  id,
  service: 'checkout',
  version: '1',
  sha: null,
  state: 'finished',
  source: 'api',
  note: null,
  url: null,
  startedAt: null,
  finishedAt: at,
  createdAt: at,
  createdBy: { id: 'ada-1', name: 'Ada' },
  noticed: null,
  labels: null,
  hosts: [],
  pairs,
})

it.each([
  [none, none, 'no captures'],
  [recorded(null), none, 'after: when it is over'],
  [recorded(at), { ...none, dueAt: at }, 'after: planned'],
  [recorded(at), { ...none, note: 'why' }, 'nothing after'],
  [none, recorded(at), 'nothing before'],
  [recorded(null), recorded(null), 'recording before'],
  [recorded(at), recorded(null), 'recording after'],
  [recorded(at), recorded(at), null],
])('says how far a pair is (%#)', (before, after, words) => {
  expect(pairProgress(pair(before, after))).toBe(words)
})

it('is live while something is planned or records', () => {
  expect(isDeployLive(deploy('a'))).toBe(false)
  expect(isDeployLive(deploy('a', pair(recorded(at), recorded(at))))).toBe(false)
  expect(isDeployLive(deploy('a', pair(recorded(at), recorded(null))))).toBe(true)
  expect(isDeployLive(deploy('a', pair(recorded(at), { ...none, dueAt: at })))).toBe(true)
})

it('asks for the verdicts of the newest few that have none, and shows the pair that is whole', () => {
  const whole = pair(recorded(at), recorded(at))
  const judged = { ...whole, verdict: { differs: false, direction: null, sentences: ['x'], warnings: [] } }
  const list = [deploy('a', judged), deploy('b', pair(none, none)), deploy('c', whole), deploy('d', whole), deploy('e', whole)]
  expect([...firstToCompare(list, 2)]).toEqual(['c', 'd'])
  expect(pairInShort(deploy('a', pair(none, none), whole))).toBe(whole)
  expect(pairInShort(deploy('a'))).toBeUndefined()
})

it('claims slower or faster only where the verdict has a direction', () => {
  const verdict = (differs: boolean | null, direction: 'more' | 'less' | null) =>
    verdictWord({ differs, direction, sentences: ['x'], warnings: [] }).word
  expect([verdict(null, null), verdict(false, null), verdict(true, null), verdict(true, 'more'), verdict(true, 'less')]).toEqual([
    'cannot tell',
    'no difference',
    'differs',
    'slower',
    'faster',
  ])
})

it('says who said so', () => {
  expect(saidBy({ source: 'api', createdBy: null })).toBe('somebody whose account is gone, through the API')
  expect(saidBy({ source: 'noticed', createdBy: null })).toBe('noticed by an agent')
})
