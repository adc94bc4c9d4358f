import { type CaptureSpec, captureSpecSchema } from './capture-spec.ts'
import { expandRecipe, type Recipe, type RecipeValues, recipeSchema } from './recipe.ts'
import cpuAndSyscalls from './recipes/cpu-and-syscalls.json' with { type: 'json' }
import cpuProfile from './recipes/cpu-profile.json' with { type: 'json' }
import syscallBreakdown from './recipes/syscall-breakdown.json' with { type: 'json' }

/** All recipes, in the order they are offered. A file that is not a recipe stops the program at its start. */
export const RECIPE_LIST: readonly Recipe[] = [cpuAndSyscalls, cpuProfile, syscallBreakdown].map((file) => recipeSchema.parse(file))

const BY_ID: ReadonlyMap<string, Recipe> = new Map(RECIPE_LIST.map((recipe) => [recipe.id, recipe]))

/** The recipe of this id; undefined for one that does not exist (any more): old captures keep the id. */
export function findRecipe(id: string | null): Recipe | undefined {
  return id === null ? undefined : BY_ID.get(id)
}

export const DEFAULT_RECIPE_ID = 'cpu-and-syscalls'

/** A recipe as a spec. @throws Error where a parameter is missing or the result is no spec: use `expandRecipe` for what a person typed. */
export function specOfRecipe(
  id: string,
  over: Partial<Omit<CaptureSpec, 'version' | 'recipe' | 'instruments'>> = {},
  values: RecipeValues = {},
): CaptureSpec {
  const recipe = BY_ID.get(id)
  if (recipe === undefined) throw new Error(`there is no recipe ${id}`)
  const expanded = expandRecipe(recipe, values)
  if (!expanded.ok) throw new Error(`${id}: ${expanded.message}`)
  return captureSpecSchema.parse({ version: 2, recipe: id, instruments: expanded.instruments, durationMs: recipe.durationMs, ...over })
}
