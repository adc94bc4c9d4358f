import { captureSpecSchema, DURATION_MS, RATE_HZ, RECIPE_IDS } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { type CaptureDraft, type FilterDraft, formatDraft, parseDraft, specOf } from './draft.ts'

const filters: FilterDraft[] = [
  { kind: 'all' },
  { kind: 'pid', pid: 4242 },
  { kind: 'process', name: 'node & co=1' },
  { kind: 'cgroup', path: '/system.slice/cron@1.service' },
]

function* drafts(): Generator<CaptureDraft> {
  for (const recipe of RECIPE_IDS) {
    for (const filter of filters) {
      for (const hostIds of [[], ['host1'], ['host1', 'host2']]) {
        for (const [durationMs, rateHz] of [
          [30_000, 99],
          [5_500, 499],
        ] as const) {
          yield { hostIds, recipe, durationMs, rateHz, filter, title: 'why? & so' }
        }
      }
    }
  }
}

describe('a new capture as a link', () => {
  it('comes back as it was', () => {
    for (const draft of drafts()) expect(parseDraft(new URLSearchParams(formatDraft(draft)))).toEqual(draft)
  })

  it.each([
    'seconds=abc&rate=-5&recipe=rm+-rf&host=../../etc&pid=x',
    'seconds=1e99&rate=1e99',
    'host=&host=%00&seconds=&process=',
    'seconds=NaN&rate=Infinity',
    `process=${'a'.repeat(1_000)}&cgroup=${'/a'.repeat(2_000)}&title=${'t'.repeat(5_000)}`,
  ])('survives %s', (query) => {
    const draft = parseDraft(new URLSearchParams(query))
    expect(draft.durationMs).toBeGreaterThanOrEqual(DURATION_MS.min)
    expect(draft.durationMs).toBeLessThanOrEqual(DURATION_MS.max)
    expect(draft.rateHz).toBeGreaterThanOrEqual(RATE_HZ.min)
    expect(draft.rateHz).toBeLessThanOrEqual(RATE_HZ.max)
    expect(draft.hostIds).toEqual([])
    const made = specOf({ ...draft, hostIds: ['host1'] })
    if (made.ok) expect(captureSpecSchema.safeParse(made.spec).success).toBe(true)
  })
})

describe('specOf', () => {
  it('only ever makes specs that the server takes', () => {
    for (const draft of drafts()) {
      const made = specOf(draft)
      if (made.ok) expect(captureSpecSchema.parse(made.spec)).toEqual(made.spec)
      else expect(made.problem.message).not.toBe('')
    }
  })
  it('refuses a pid on several hosts, and what is not filled in', () => {
    const draft: CaptureDraft = {
      hostIds: ['host1', 'host2'],
      recipe: 'cpu-profile',
      durationMs: 30_000,
      rateHz: 99,
      filter: { kind: 'pid', pid: 1 },
      title: '',
    }
    expect(specOf(draft)).toMatchObject({ ok: false, problem: { field: 'filter' } })
    expect(specOf({ ...draft, hostIds: ['host1'] }).ok).toBe(true)
    expect(specOf({ ...draft, hostIds: [], filter: { kind: 'all' } })).toMatchObject({ ok: false, problem: { field: 'hosts' } })
    expect(specOf({ ...draft, hostIds: ['host1'], filter: { kind: 'cgroup', path: '/a/../b' } })).toMatchObject({
      ok: false,
      problem: { field: 'filter' },
    })
  })
})
