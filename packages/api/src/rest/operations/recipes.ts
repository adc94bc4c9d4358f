import { findRecipe, RECIPE_LIST, recipeIdSchema, recipeSchema, SondeError } from '@sonde/contract'
import * as z from 'zod'
import { operation } from '../operation.ts'

/** Recipes come with the program and are the same for everyone. */
export const recipeOperations = [
  operation({
    id: 'recipes.list',
    method: 'GET',
    path: '/recipes',
    summary: 'What can be captured',
    access: 'token',
    answer: { status: 200, schema: z.object({ items: z.array(recipeSchema) }), description: 'All recipes, in the order they are offered.' },
    run: async () => ({ items: RECIPE_LIST }),
  }),
  operation({
    id: 'recipes.get',
    method: 'GET',
    path: '/recipes/{id}',
    summary: 'One recipe',
    access: 'token',
    params: z.object({ id: recipeIdSchema }),
    answer: { status: 200, schema: recipeSchema, description: 'The recipe, with the parameters that it takes.' },
    run: async (_, { params }) => {
      const recipe = findRecipe(params.id)
      if (!recipe) throw new SondeError('not-found', `there is no recipe ${params.id}`)
      return recipe
    },
  }),
]
