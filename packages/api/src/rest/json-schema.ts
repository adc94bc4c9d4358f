import * as z from 'zod'

export type JsonSchema = Record<string, unknown>

/**
 * A zod schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1. `io`: of what is sent or of what is answered. Dates are ISO texts, as
 * JSON has them; what a transform makes of a text (the cut of an overlong one) is still what it was made from.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod
      if (def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
      else if (def.type === 'pipe' && io === 'output' && def.out._zod.def.type === 'transform') replace(jsonSchema, def.in, io)
      // Later versions may answer more; a client that refuses what it does not know would break.
      if (io === 'output' && def.type === 'object') delete jsonSchema.additionalProperties
    },
  })
  return rest
}

function replace(jsonSchema: JsonSchema, schema: z.core.$ZodType, io: 'input' | 'output'): void {
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
  Object.assign(jsonSchema, jsonSchemaOf(schema as z.ZodType, io))
}
