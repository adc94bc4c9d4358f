import { RECIPE_CATEGORIES, type Recipe, type RecipeCategory } from '@sonde/contract'

export type RecipeGroup = { category: RecipeCategory; title: string; recipes: Recipe[] }

/** All that a person may know a recipe by: what it is called, asks, explains, and which tools they used for it before. */
function textOf(recipe: Recipe): string {
  return [
    recipe.title,
    recipe.id,
    RECIPE_CATEGORIES[recipe.category],
    recipe.question,
    recipe.explanation,
    recipe.reading,
    ...recipe.alsoKnownAs,
    ...recipe.instruments.map((instrument) => instrument.collector),
  ]
    .join('\n')
    .toLowerCase()
}

/** Recipes in which every word of the search occurs, by category, both in the order they are offered in. */
export function selectRecipes(recipes: readonly Recipe[], search: string): RecipeGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<RecipeCategory, Recipe[]>()
  for (const recipe of recipes) {
    const text = words.length === 0 ? '' : textOf(recipe)
    if (!words.every((word) => text.includes(word))) continue
    const group = groups.get(recipe.category)
    if (group) group.push(recipe)
    else groups.set(recipe.category, [recipe])
  }
  return [...groups].map(([category, list]) => ({ category, title: RECIPE_CATEGORIES[category], recipes: list }))
}
