import { binaryRefSchema, expandRecipe, type Instrument, type Recipe, type RecipeParam, type RecipeValues } from '@sonde/contract'

const prefix = 'with.'

/** What was filled in of a recipe's parameters, as `with.NAME=…` in the link: text and numbers as they are, a binary as JSON. */
export function formatValues(recipe: Recipe, values: RecipeValues, params: URLSearchParams): void {
  for (const param of recipe.params) {
    const value = values[param.name]
    if (value === undefined || value === '' || JSON.stringify(value) === JSON.stringify(param.default)) continue
    params.set(prefix + param.name, typeof value === 'string' ? value : JSON.stringify(value))
  }
}

/** The opposite; a value that is none for its parameter is left out. Never throws. */
export function parseValues(recipe: Recipe, params: URLSearchParams): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const param of recipe.params) {
    const text = params.get(prefix + param.name)
    const value = text === null ? undefined : readValue(param, text)
    if (value !== undefined) values[param.name] = value
  }
  return values
}

function readValue(param: RecipeParam, text: string): unknown {
  switch (param.type) {
    case 'number': {
      const value = Number(text)
      return text.trim() !== '' && value >= param.min && value <= param.max ? value : undefined
    }
    case 'function':
    case 'kernel-function':
      return text === '' || text.length > 1_024 ? undefined : text
    case 'binary':
      try {
        return binaryRefSchema.safeParse(JSON.parse(text)).data
      } catch {
        return undefined // not JSON
      }
  }
}

/**
 * Which values make these instruments of the recipe; null where none do. The sampling rate may differ: it is a setting of its own.
 */
export function valuesOf(recipe: Recipe, instruments: readonly Instrument[]): Record<string, unknown> | null {
  if (recipe.instruments.length !== instruments.length) return null
  const values: Record<string, unknown> = {}
  recipe.instruments.forEach((template, index) => {
    collect(template, instruments[index], values)
  })
  const again = expandRecipe(recipe, values)
  return again.ok && JSON.stringify(again.instruments.map(withoutRate)) === JSON.stringify(instruments.map(withoutRate)) ? values : null
}

const withoutRate = (instrument: Instrument): Instrument =>
  instrument.collector === 'stacks' && instrument.sample.by === 'frequency'
    ? { ...instrument, sample: { by: 'frequency', hz: 1 } }
    : instrument

function collect(template: unknown, made: unknown, values: Record<string, unknown>): void {
  if (typeof template !== 'object' || template === null) return
  if ('$param' in template && typeof template.$param === 'string') {
    values[template.$param] = made
    return
  }
  if (typeof made !== 'object' || made === null) return
  const parts: Record<string, unknown> = { ...made }
  for (const [key, value] of Object.entries(template)) collect(value, parts[key], values)
}
