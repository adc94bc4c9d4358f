import * as z from 'zod'
import { type Context, printJson } from '../context.ts'
import { formatTable } from '../table.ts'

const recipesSchema = z.object({
  items: z.array(z.object({ id: z.string(), question: z.string(), cost: z.string(), params: z.array(z.object({ name: z.string() })) })),
})

export async function recipes({ io, client, paint, json }: Context): Promise<void> {
  const { value, raw } = await client.json('/recipes', recipesSchema)
  if (json) return printJson(io, raw)
  const rows = value.items.map((recipe) => [recipe.id, recipe.cost, recipe.params.map((param) => param.name).join(','), recipe.question])
  io.out(formatTable(['RECIPE', 'COST', 'VALUES', 'QUESTION'], rows, paint))
}
