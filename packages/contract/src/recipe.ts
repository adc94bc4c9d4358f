import * as z from 'zod'
import { DURATION_MS, recipeIdSchema } from './capture-spec.ts'
import { COLLECTOR_IDS, type Instrument, instrumentSchema } from './instrument.ts'
import { binaryRefSchema } from './probe.ts'

/**
 * A recipe: a named, typed, reviewed combination of probes, collectors and defaults, as one data file in `recipes/` that UI, CLI, docs
 * and tests all read.
 *
 * An instrument in the file may hold `{"$param": "NAME"}` in any place; `expandRecipe` puts the parameter's value there and checks the
 * whole against `instrumentSchema`, so a recipe cannot ask for anything that a spec could not.
 */
export const RECIPE_CATEGORIES = {
  overview: 'Overview',
  cpu: 'CPU',
  waiting: 'Waiting and scheduling',
  syscalls: 'System calls',
  files: 'Files',
  disk: 'Disk',
  memory: 'Memory',
  network: 'Network',
  processes: 'Processes',
  hardware: 'Hardware counters',
  functions: 'Functions and runtimes',
} as const
export type RecipeCategory = keyof typeof RECIPE_CATEGORIES

/** Unmeasurable to dear: what it does to the host while it runs. */
export const RECIPE_COSTS = ['negligible', 'low', 'moderate', 'high'] as const
export type RecipeCost = (typeof RECIPE_COSTS)[number]

const paramName = z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/)
/** What a person fills in before the recipe can run. */
export const recipeParamSchema = z.discriminatedUnion('type', [
  z
    .object({ name: paramName, type: z.literal('binary'), label: z.string(), help: z.string(), default: binaryRefSchema.optional() })
    .strict(),
  /** A function of the binary that another parameter names. */
  z
    .object({
      name: paramName,
      type: z.literal('function'),
      label: z.string(),
      help: z.string(),
      of: paramName,
      default: z.string().optional(),
    })
    .strict(),
  z
    .object({ name: paramName, type: z.literal('kernel-function'), label: z.string(), help: z.string(), default: z.string().optional() })
    .strict(),
  z
    .object({
      name: paramName,
      type: z.literal('number'),
      label: z.string(),
      help: z.string(),
      unit: z.string(),
      min: z.number(),
      max: z.number(),
      default: z.number(),
    })
    .strict(),
])
export type RecipeParam = z.infer<typeof recipeParamSchema>

/** One thing that the result shows: a column, a series, an axis. */
export const recipeFieldSchema = z.object({ name: z.string(), unit: z.string(), description: z.string() }).strict()

export const recipeSchema = z
  .object({
    id: recipeIdSchema,
    title: z.string().min(1).max(60),
    category: z.enum(Object.keys(RECIPE_CATEGORIES) as [RecipeCategory, ...RecipeCategory[]]),
    /** The question that an engineer has when this is the right recipe. */
    question: z.string().min(1).max(160),
    explanation: z.string().min(1).max(800),
    /** How to read the result: what is normal, what is not, what to try next. */
    reading: z.string().min(1).max(800),
    /** Tools that answer the same question in a shell, for those who know them: `biolatency (bcc)`. */
    alsoKnownAs: z.array(z.string()).default([]),
    params: z.array(recipeParamSchema).default([]),
    /** Checked by `expandRecipe`, since parameters are not filled in here. */
    instruments: z.array(z.looseObject({ collector: z.enum(COLLECTOR_IDS) })).min(1),
    cost: z.enum(RECIPE_COSTS),
    costNote: z.string().min(1).max(300),
    /** What the result shows, with units. */
    fields: z.array(recipeFieldSchema).min(1),
    /** Which small drawing stands for its result. */
    drawing: z.enum(['flame', 'flame-and-table', 'table', 'series', 'histogram', 'events', 'counters']),
    durationMs: z.number().int().min(DURATION_MS.min).max(DURATION_MS.max),
  })
  .strict()
export type Recipe = z.infer<typeof recipeSchema>

export type RecipeValues = Readonly<Record<string, unknown>>
export type ExpandedRecipe = { ok: true; instruments: Instrument[] } | { ok: false; param: string | null; message: string }

/** The recipe's instruments with its parameters filled in (its defaults where `values` has none). Never throws. */
export function expandRecipe(recipe: Recipe, values: RecipeValues = {}): ExpandedRecipe {
  const filled: Record<string, unknown> = {}
  for (const param of recipe.params) {
    const value = values[param.name] ?? param.default
    if (value === undefined || value === '') return { ok: false, param: param.name, message: `${param.label} is not filled in.` }
    if (param.type === 'number' && (typeof value !== 'number' || !(value >= param.min && value <= param.max)))
      return { ok: false, param: param.name, message: `${param.label} is a number from ${param.min} to ${param.max}.` }
    filled[param.name] = value
  }
  const instruments: Instrument[] = []
  for (const template of recipe.instruments) {
    const parsed = instrumentSchema.safeParse(fillIn(template, filled))
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return { ok: false, param: null, message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an instrument'}` }
    }
    instruments.push(parsed.data)
  }
  return { ok: true, instruments }
}

function fillIn(template: unknown, values: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(template)) return template.map((item) => fillIn(item, values))
  if (typeof template !== 'object' || template === null) return template
  const entries = Object.entries(template)
  const [only] = entries
  if (entries.length === 1 && only?.[0] === '$param' && typeof only[1] === 'string') return values[only[1]]
  return Object.fromEntries(entries.map(([key, value]) => [key, fillIn(value, values)]))
}
