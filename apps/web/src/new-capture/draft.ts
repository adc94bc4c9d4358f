import {
  type CaptureSpec,
  captureSpecSchema,
  DEFAULT_RECIPE_ID,
  DURATION_MS,
  expandRecipe,
  findRecipe,
  type Instrument,
  idSchema,
  instrumentOf,
  RATE_HZ,
  type Recipe,
  type RecipeId,
} from '@sonde/contract'
import { formatScope, parseScope, type ScopeDraft, type ScopeProblem, scopeDraftOf, scopeOf } from './filter-draft.ts'
import { draftOfInstrument, type InstrumentDraft, type InstrumentField, instrumentOfDraft } from './instrument-draft.ts'
import { formatOwn, parseOwn } from './own-link.ts'
import { formatValues, parseValues, valuesOf } from './recipe-values.ts'

/** Two ways to say what to record; both are kept while the form is open, `way` says which one counts. */
export type CaptureDraft = {
  hostIds: string[]
  way: 'recipe' | 'own'
  recipe: RecipeId
  /** What was filled in of the recipe's parameters. */
  values: Readonly<Record<string, unknown>>
  /** Samples per second and CPU where the recipe samples by time; null: as the recipe says. */
  rateHz: number | null
  own: readonly InstrumentDraft[]
  durationMs: number
  scope: ScopeDraft
  title: string
}

const clamp = (value: number, { min, max }: { min: number; max: number }) => Math.min(max, Math.max(min, Math.round(value)))

/** Reads a number from the query string; null where it is missing or no number. */
function numberOf(params: URLSearchParams, key: string): number | null {
  const text = params.get(key)
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/** The recipe of the draft; the one for everything where it does not exist (any more). */
export function recipeOf(draft: Pick<CaptureDraft, 'recipe'>): Recipe {
  const recipe = findRecipe(draft.recipe) ?? findRecipe(DEFAULT_RECIPE_ID)
  if (recipe === undefined) throw new Error(`there is no recipe ${DEFAULT_RECIPE_ID}`)
  return recipe
}

/** The rate that a recipe samples at; null where it samples nothing by time. */
export function recipeRateHz(recipe: Recipe): number | null {
  const rates = recipe.instruments.map((template) => {
    const sample: unknown = template.sample
    return typeof sample === 'object' && sample !== null && 'hz' in sample && typeof sample.hz === 'number' ? sample.hz : null
  })
  return rates.find((hz) => hz !== null) ?? null
}

export function defaultDurationMs(draft: Pick<CaptureDraft, 'way' | 'recipe'>): number {
  return draft.way === 'own' ? DURATION_MS.default : recipeOf(draft).durationMs
}

/**
 * `?host=…&recipe=…&with.NAME=…&rate=…&seconds=…&pid=…|process=…|cgroup=…|container=…&uid=…&cpus=…&title=…`, or `own=…` instead of
 * the recipe → the form as a link wants it filled in. What is missing or not readable gets its default; never throws.
 */
export function parseDraft(params: URLSearchParams): CaptureDraft {
  const recipe = recipeOf({ recipe: params.get('recipe') ?? DEFAULT_RECIPE_ID })
  const own = parseOwn(params.get('own') ?? '')
  const way = own === null ? 'recipe' : 'own'
  const seconds = numberOf(params, 'seconds')
  const rate = numberOf(params, 'rate')
  const usualRate = recipeRateHz(recipe)
  return {
    hostIds: [...new Set(params.getAll('host').filter((id) => idSchema.safeParse(id).success))].slice(0, 500),
    way,
    recipe: recipe.id,
    values: parseValues(recipe, params),
    rateHz: rate === null || usualRate === null || clamp(rate, RATE_HZ) === usualRate ? null : clamp(rate, RATE_HZ),
    own: own ?? [],
    durationMs: seconds === null ? defaultDurationMs({ way, recipe: recipe.id }) : clamp(seconds * 1_000, DURATION_MS),
    scope: parseScope(params),
    title: (params.get('title') ?? '').slice(0, 120),
  }
}

/** The form as a link: the opposite of parseDraft, without what is at its default and without the way that does not count. */
export function formatDraft(draft: CaptureDraft): string {
  const params = new URLSearchParams()
  for (const id of draft.hostIds) params.append('host', id)
  if (draft.way === 'own') params.set('own', formatOwn(draft.own))
  else {
    if (draft.recipe !== DEFAULT_RECIPE_ID) params.set('recipe', draft.recipe)
    formatValues(recipeOf(draft), draft.values, params)
    if (draft.rateHz !== null) params.set('rate', String(draft.rateHz))
  }
  if (draft.durationMs !== defaultDurationMs(draft)) params.set('seconds', String(draft.durationMs / 1_000))
  formatScope(draft.scope, params)
  if (draft.title) params.set('title', draft.title)
  return params.toString()
}

/** `index`: which of the own instruments. */
export type DraftProblem =
  | { field: 'hosts'; message: string }
  | { field: 'param'; name: string | null; message: string }
  | { field: 'instrument'; index: number; part: InstrumentField; message: string }
  | { field: 'instruments'; message: string }
  | ScopeProblem
export type MadeSpec = { ok: true; spec: CaptureSpec } | { ok: false; problem: DraftProblem }

type MadeInstruments = { ok: true; instruments: Instrument[] } | { ok: false; problem: DraftProblem }

/** What would be recorded, whatever the hosts are: for checks of what they can do. */
export function instrumentsOf(draft: CaptureDraft): MadeInstruments {
  if (draft.way === 'recipe') {
    const expanded = expandRecipe(recipeOf(draft), draft.values)
    if (!expanded.ok) return { ok: false, problem: { field: 'param', name: expanded.param, message: expanded.message } }
    return { ok: true, instruments: expanded.instruments.map((instrument) => atRate(instrument, draft.rateHz)) }
  }
  if (draft.own.length === 0) return { ok: false, problem: { field: 'instruments', message: 'Pick a probe, or a recipe.' } }
  const instruments: Instrument[] = []
  for (const [index, own] of draft.own.entries()) {
    const made = instrumentOfDraft(own)
    if (!made.ok) return { ok: false, problem: { field: 'instrument', index, part: made.field, message: made.message } }
    instruments.push(made.instrument)
  }
  return { ok: true, instruments }
}

function atRate(instrument: Instrument, rateHz: number | null): Instrument {
  if (rateHz === null || instrument.collector !== 'stacks' || instrument.sample.by !== 'frequency') return instrument
  return { ...instrument, sample: { by: 'frequency', hz: rateHz } }
}

/** The draft as a spec that the server takes, or what is missing, in words. */
export function specOf(draft: CaptureDraft): MadeSpec {
  if (draft.hostIds.length === 0) return { ok: false, problem: { field: 'hosts', message: 'Pick at least one host.' } }
  const made = instrumentsOf(draft)
  if (!made.ok) return made
  const scope = scopeOf(draft.scope, draft.hostIds.length)
  if (!scope.ok) return scope
  const parsed = captureSpecSchema.safeParse({
    version: 2,
    recipe: draft.way === 'recipe' ? draft.recipe : null,
    instruments: made.instruments,
    durationMs: draft.durationMs,
    ...scope.scope,
  })
  if (parsed.success) return { ok: true, spec: parsed.data }
  return { ok: false, problem: { field: 'instruments', message: parsed.error.issues[0]?.message ?? 'This cannot be captured.' } }
}

/** A capture's spec as a form to change: by its recipe where that still gives the same, else put together by hand. */
export function draftOfSpec(spec: CaptureSpec, hostIds: readonly string[]): CaptureDraft {
  const recipe = findRecipe(spec.recipe)
  const values = recipe === undefined ? null : valuesOf(recipe, spec.instruments)
  const stacks = instrumentOf(spec, 'stacks')
  const rateHz = stacks?.sample.by === 'frequency' ? stacks.sample.hz : null
  const common = { hostIds: [...hostIds], durationMs: spec.durationMs, scope: scopeDraftOf(spec), title: '' }
  if (recipe !== undefined && values !== null)
    return {
      ...common,
      way: 'recipe',
      recipe: recipe.id,
      values,
      rateHz: rateHz === recipeRateHz(recipe) ? null : rateHz,
      own: [],
    }
  return { ...common, way: 'own', recipe: DEFAULT_RECIPE_ID, values: {}, rateHz: null, own: spec.instruments.map(draftOfInstrument) }
}

/** The address of the form, filled in as this capture was. */
export function newCaptureHref(spec: CaptureSpec, hostIds: readonly string[]): string {
  return `/captures/new?${formatDraft(draftOfSpec(spec, hostIds))}`
}

/** The address of the form with a recipe picked. */
export function recipeHref(recipe: RecipeId): string {
  return recipe === DEFAULT_RECIPE_ID ? '/captures/new' : `/captures/new?recipe=${recipe}`
}
