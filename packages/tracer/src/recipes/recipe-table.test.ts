import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { recipeTable } from './recipe-table.ts'

it('docs/RECIPES.md is what the recipes say', () => {
  expect(readFileSync(new URL('../../../../docs/RECIPES.md', import.meta.url), 'utf8')).toBe(recipeTable())
})
