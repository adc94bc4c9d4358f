import { capabilitiesOf } from './capture-spec.ts'
import type { CapabilityId } from './host.ts'
import type { Instrument } from './instrument.ts'
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
 * The recipe's instruments with something in place of every parameter that has no default: right for all that does not depend on names,
 * such as collectors, kinds of probe and what a host must be able to do.
 * @throws Error where the file's instruments are none: a fault of the file, found by its test.
 */
export function exampleInstruments(recipe: Recipe): Instrument[] {
  const values = Object.fromEntries(recipe.params.map((param) => [param.name, param.default ?? anyValue(param)]))
  const expanded = expandRecipe(recipe, values)
  if (!expanded.ok) throw new Error(`${recipe.id}: ${expanded.message}`)
  return expanded.instruments
}

/** What a host must be able to do for a recipe, whatever its parameters will be. */
export function capabilitiesOfRecipe(recipe: Recipe): CapabilityId[] {
  return capabilitiesOf({ instruments: exampleInstruments(recipe) })
}
