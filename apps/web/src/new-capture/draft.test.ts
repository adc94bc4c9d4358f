import {
  type CaptureSpec,
  captureSpecSchema,
  DURATION_MS,
  RATE_HZ,
  RECIPE_LIST,
  type Recipe,
  type RecipeParam,
  specOfRecipe,
} from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { type CaptureDraft, draftOfSpec, formatDraft, instrumentsOf, newCaptureHref, parseDraft, recipeRateHz, specOf } from './draft.ts'
import { EMPTY_SCOPE, type FilterDraft, type ScopeDraft } from './filter-draft.ts'
import { draftOfInstrument } from './instrument-draft.ts'
import { formatOwn, parseOwn } from './own-link.ts'

const filters: FilterDraft[] = [
  { kind: 'all' },
  { kind: 'pid', pid: 4242 },
  { kind: 'process', name: 'node & co=1' },
  { kind: 'cgroup', path: '/system.slice/cron@1.service' },
  { kind: 'container', id: '0123456789abcdef' },
]
const scopes: ScopeDraft[] = [...filters.map((filter) => ({ ...EMPTY_SCOPE, filter })), { ...EMPTY_SCOPE, uid: '1000', cpus: '0-3,8' }]

/** A value of the right kind for the parameter, other than its default. */
function valueFor(param: RecipeParam): unknown {
  switch (param.type) {
    case 'binary':
      return { of: 'process', name: 'a "b" c', library: 'libc.so.6' }
    case 'function':
      return '_ZN3foo3barEv'
    case 'kernel-function':
      return 'vfs_*'
    case 'number':
      return param.min
  }
}
const valuesFor = (recipe: Recipe) => Object.fromEntries(recipe.params.map((param) => [param.name, valueFor(param)]))

const filledSpecs: CaptureSpec[] = RECIPE_LIST.map((recipe) => specOfRecipe(recipe.id, {}, valuesFor(recipe)))

function* drafts(): Generator<CaptureDraft> {
  for (const recipe of RECIPE_LIST) {
    const rates = recipeRateHz(recipe) === null ? [null] : [null, 499]
    for (const rateHz of rates) {
      for (const scope of scopes) {
        yield {
          hostIds: ['host1', 'host2'],
          way: 'recipe',
          recipe: recipe.id,
          values: valuesFor(recipe),
          rateHz,
          own: [],
          durationMs: 5_500,
          scope,
          title: 'why? & so',
        }
      }
    }
  }
  for (const spec of filledSpecs) {
    yield {
      hostIds: [],
      way: 'own',
      recipe: 'cpu-and-syscalls',
      values: {},
      rateHz: null,
      own: spec.instruments.map(draftOfInstrument),
      durationMs: DURATION_MS.default,
      scope: EMPTY_SCOPE,
      title: '',
    }
  }
}

describe('a new capture as a link', () => {
  it('comes back as it was', () => {
    for (const draft of drafts()) expect(parseDraft(new URLSearchParams(formatDraft(draft)))).toEqual(draft)
  })

  it('is empty for the default', () => {
    expect(formatDraft(parseDraft(new URLSearchParams()))).toBe('')
    expect(specOf({ ...parseDraft(new URLSearchParams()), hostIds: ['host1'] })).toEqual({
      ok: true,
      spec: specOfRecipe('cpu-and-syscalls', { durationMs: 30_000 }),
    })
  })

  it('still reads the links of version 1', () => {
    const draft = parseDraft(new URLSearchParams('host=host1&recipe=cpu-profile&seconds=10&rate=499&process=nginx'))
    const made = specOf(draft)
    expect(made).toMatchObject({
      ok: true,
      spec: {
        recipe: 'cpu-profile',
        durationMs: 10_000,
        filter: { kind: 'process', name: 'nginx' },
        instruments: [{ collector: 'stacks', sample: { by: 'frequency', hz: 499 } }],
      },
    })
  })

  it.each([
    'seconds=abc&rate=-5&recipe=rm+-rf&host=../../etc&pid=x&uid=x&cpus=x',
    'seconds=1e99&rate=1e99',
    'host=&host=%00&seconds=&process=',
    'seconds=NaN&rate=Infinity&with.binary=%7B',
    'recipe=user-function-latency&with.binary={"of":"path","path":"relative/../x"}&with.function=a b',
    `process=${'a'.repeat(1_000)}&cgroup=${'/a'.repeat(2_000)}&title=${'t'.repeat(5_000)}`,
    'own=2.%00',
    `own=${formatOwn([]).slice(0, -1)}`,
    `own=3.${formatOwn([{ collector: 'syscalls', objects: true }]).slice(2)}`,
    `own=2.${btoa('[{"collector":"events","probe":{"kind":"kprobe","function":"BEGIN{}"}}]')}`,
    `own=2.${btoa('[{"collector":"syscalls"},{"collector":"syscalls"}]')}`,
    `own=2.${'A'.repeat(1_000_000)}`,
  ])('survives %.60s', (query) => {
    const draft = parseDraft(new URLSearchParams(query))
    expect(draft.durationMs).toBeGreaterThanOrEqual(DURATION_MS.min)
    expect(draft.durationMs).toBeLessThanOrEqual(DURATION_MS.max)
    if (draft.rateHz !== null) {
      expect(draft.rateHz).toBeGreaterThanOrEqual(RATE_HZ.min)
      expect(draft.rateHz).toBeLessThanOrEqual(RATE_HZ.max)
    }
    expect(draft.hostIds).toEqual([])
    expect(draft.own).toEqual([])
    const made = specOf({ ...draft, hostIds: ['host1'] })
    if (made.ok) expect(captureSpecSchema.safeParse(made.spec).success).toBe(true)
  })

  it('keeps what is half typed', () => {
    const [draft] = [...drafts()].filter((d) => d.own.some((own) => own.collector === 'latency'))
    const own = (draft?.own ?? []).map((o) => ('when' in o ? { ...o, when: 'args.ret <' } : o))
    expect(parseOwn(formatOwn(own))).toEqual(own)
  })
})

describe('a capture as a form', () => {
  it('gives back the same spec, for every recipe and for what was put together by hand', () => {
    for (const spec of filledSpecs) {
      const withScope: CaptureSpec = { ...spec, filter: { kind: 'container', id: '0123456789ab' }, uid: 0, cpus: [0, 1, 2, 7] }
      const byRecipe = draftOfSpec(withScope, ['host1'])
      expect(byRecipe.way).toBe('recipe')
      expect(specOf(byRecipe)).toEqual({ ok: true, spec: withScope })

      const byHand: CaptureSpec = { ...withScope, recipe: null }
      expect(draftOfSpec(byHand, ['host1']).way).toBe('own')
      expect(specOf(draftOfSpec(byHand, ['host1']))).toEqual({ ok: true, spec: byHand })
      const again = parseDraft(new URL(newCaptureHref(byHand, ['host1']), 'http://sonde').searchParams)
      expect(specOf(again)).toEqual({ ok: true, spec: byHand })
    }
  })

  it('takes apart what is not what the recipe makes (any more)', () => {
    const spec = specOfRecipe('cpu-and-syscalls')
    const old: CaptureSpec = { ...spec, recipe: 'a-recipe-of-old' }
    expect(specOf(draftOfSpec(old, ['host1']))).toEqual({ ok: true, spec: { ...old, recipe: null } })
    const changed: CaptureSpec = { ...spec, instruments: spec.instruments.slice(0, 1) }
    expect(draftOfSpec(changed, ['host1']).way).toBe('own')
  })
})

describe('specOf', () => {
  it('only ever makes specs that the server takes, and else says why not', () => {
    for (const draft of drafts()) {
      const made = specOf(draft)
      if (made.ok) expect(captureSpecSchema.parse(made.spec)).toEqual(made.spec)
      else expect(made.problem.message).not.toBe('')
    }
  })
  it('refuses a pid on several hosts, and what is not filled in', () => {
    const draft: CaptureDraft = {
      ...parseDraft(new URLSearchParams('recipe=cpu-profile&pid=1')),
      hostIds: ['host1', 'host2'],
    }
    expect(specOf(draft)).toMatchObject({ ok: false, problem: { field: 'filter' } })
    expect(specOf({ ...draft, hostIds: ['host1'] }).ok).toBe(true)
    expect(specOf({ ...draft, hostIds: [] })).toMatchObject({ ok: false, problem: { field: 'hosts' } })
    const bad: ScopeDraft[] = [
      { ...EMPTY_SCOPE, filter: { kind: 'cgroup', path: '/a/../b' } },
      { ...EMPTY_SCOPE, filter: { kind: 'container', id: 'web-1' } },
      { ...EMPTY_SCOPE, uid: 'root' },
      { ...EMPTY_SCOPE, uid: '4294967295' },
      { ...EMPTY_SCOPE, cpus: '3-1' },
    ]
    for (const scope of bad) expect(specOf({ ...draft, scope, hostIds: ['host1'] }).ok).toBe(false)
    expect(specOf({ ...draft, hostIds: ['host1'], way: 'own' })).toMatchObject({ ok: false, problem: { field: 'instruments' } })
  })
  it('names the parameter that is not filled in', () => {
    const draft = { ...parseDraft(new URLSearchParams('recipe=user-function-latency')), hostIds: ['host1'] }
    expect(specOf(draft)).toMatchObject({ ok: false, problem: { field: 'param', name: 'binary' } })
    expect(instrumentsOf(draft).ok).toBe(false)
  })
})
