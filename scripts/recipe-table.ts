/** Writes docs/RECIPES.md: npx tsx scripts/recipe-table.ts */
import { writeFileSync } from 'node:fs'
import { recipeTable } from '../packages/tracer/src/recipes/recipe-table.ts'

writeFileSync(new URL('../docs/RECIPES.md', import.meta.url), recipeTable())
