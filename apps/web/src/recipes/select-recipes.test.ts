import { RECIPE_LIST } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { selectRecipes } from './select-recipes.ts'

const ids = (search: string) => selectRecipes(RECIPE_LIST, search).flatMap((group) => group.recipes.map((recipe) => recipe.id))

describe('selectRecipes', () => {
  it('keeps every recipe, once, when nothing is searched for', () => {
    expect(ids('').sort()).toEqual(RECIPE_LIST.map((recipe) => recipe.id).sort())
    expect(ids('  ')).toEqual(ids(''))
  })
  it('has one group for each category, in the order of the list', () => {
    const categories = selectRecipes(RECIPE_LIST, '').map((group) => group.category)
    expect(new Set(categories).size).toBe(categories.length)
    expect(categories[0]).toBe(RECIPE_LIST[0]?.category)
  })
  it('finds a recipe by its title and by the tool that people know', () => {
    for (const recipe of RECIPE_LIST) {
      expect(ids(recipe.title.toUpperCase())).toContain(recipe.id)
      for (const tool of recipe.alsoKnownAs) expect(ids(tool)).toContain(recipe.id)
    }
  })
  it('wants all of the words', () => {
    expect(ids('syscall zzz-no-such-word')).toEqual([])
    const [both, one] = [ids('disk latency'), ids('disk')]
    expect(both.length).toBeGreaterThan(0)
    expect(both.length).toBeLessThan(one.length)
    for (const id of both) expect(one).toContain(id)
  })
})
