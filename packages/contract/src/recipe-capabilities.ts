import { capabilitiesOf } from './capture-spec.ts'
import type { CapabilityId } from './host.ts'
import { expandRecipe, type Recipe, type RecipeParam } from './recipe.ts'

/** A value that has the right shape: what a host must be able to do depends on the kind of a probe, never on its name. */
function anyValue(param: RecipeParam): unknown {
  switch (param.type) {
    case 'binary':
      return { of: 'path', path: '/any' }
    case 'function':
    case 'kernel-function':
      return 'any'
    case 'number':
      return param.default
  }
}

/**
 * What a host must be able to do for a recipe, whatever its parameters will be.
 * @throws Error where the file's instruments are none: a fault of the file, found by its test.
 */
export function capabilitiesOfRecipe(recipe: Recipe): CapabilityId[] {
  const values = Object.fromEntries(recipe.params.map((param) => [param.name, param.default ?? anyValue(param)]))
  const expanded = expandRecipe(recipe, values)
  if (!expanded.ok) throw new Error(`${recipe.id}: ${expanded.message}`)
  return capabilitiesOf(expanded)
}
