import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { captureSpecSchema } from './capture-spec.ts'
import { expandRecipe, recipeSchema } from './recipe.ts'
import { findRecipe, RECIPE_LIST, specOfRecipe } from './recipe-book.ts'

describe('the recipe book', () => {
  it('holds every file of the folder, under its own name', () => {
    const files = readdirSync(fileURLToPath(new URL('recipes', import.meta.url))).map((file) => file.replace(/\.json$/, ''))
    expect(RECIPE_LIST.map((recipe) => recipe.id).sort()).toEqual(files.sort())
  })

  it.each(RECIPE_LIST.filter((recipe) => recipe.params.every((param) => param.default !== undefined)).map((recipe) => [recipe.id]))(
    '%s makes a spec that is valid',
    (id) => {
      const spec = specOfRecipe(id)
      expect(captureSpecSchema.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec)
      expect(findRecipe(spec.recipe)?.id).toBe(id)
    },
  )
})

describe('expandRecipe', () => {
  const recipe = recipeSchema.parse({
    id: 'function-latency',
    title: 't',
    category: 'functions',
    question: 'q',
    explanation: 'e',
    reading: 'r',
    params: [
      { name: 'binary', type: 'binary', label: 'Binary', help: '' },
      { name: 'function', type: 'function', of: 'binary', label: 'Function', help: '', default: 'main' },
      { name: 'least', type: 'number', label: 'At least', help: '', unit: 'µs', min: 0, max: 10, default: 1 },
    ],
    instruments: [
      {
        collector: 'counts',
        probes: [{ kind: 'uprobe', binary: { $param: 'binary' }, function: { $param: 'function' } }],
        when: [{ field: 'args.arg0', op: '>', value: { $param: 'least' } }],
      },
    ],
    cost: 'high',
    costNote: 'c',
    fields: [{ name: 'calls', unit: 'calls', description: 'd' }],
    drawing: 'series',
    durationMs: 10_000,
  })
  const binary = { of: 'library', name: 'libc.so.6' }

  it('puts values in their places', () => {
    const expanded = expandRecipe(recipe, { binary, function: 'malloc', least: 3 })
    expect(expanded).toMatchObject({
      ok: true,
      instruments: [{ probes: [{ binary, function: 'malloc', at: 'entry' }], when: [{ field: 'args.arg0', op: '>', value: 3 }] }],
    })
  })

  it('names the parameter that is missing or out of bounds', () => {
    expect(expandRecipe(recipe)).toMatchObject({ ok: false, param: 'binary' })
    expect(expandRecipe(recipe, { binary, least: 11 })).toMatchObject({ ok: false, param: 'least' })
  })

  it('lets nothing through that a spec would not take', () => {
    expect(expandRecipe(recipe, { binary: { of: 'path', path: '../x' } })).toMatchObject({ ok: false, param: null })
    expect(expandRecipe(recipe, { binary, function: 'a b' })).toMatchObject({ ok: false, param: null })
    expect(expandRecipe(recipe, { binary, function: { $param: 'binary' } })).toMatchObject({ ok: false, param: null })
  })
})
