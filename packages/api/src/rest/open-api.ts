import { SCOPES } from '@sonde/contract'
import type * as z from 'zod'
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts'
import type { Operation } from './operation.ts'
import { REST_ERROR_CODES } from './rest-error.ts'

const ERROR: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', enum: Object.keys(REST_ERROR_CODES) },
        message: { type: 'string', description: 'A sentence for people.' },
        details: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
}

/** The table of operations as an OpenAPI 3.1 document: the same schemas that requests are parsed with. */
export function openApiDocument(operations: readonly Operation[], serverUrl: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const operation of operations) {
    const path = paths[operation.path] ?? {}
    path[operation.method.toLowerCase()] = describe(operation)
    paths[operation.path] = path
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sonde',
      version: '1',
      description: `Fleet-wide dynamic tracing. A token acts as the person who made it, with the role that they have now and no more than its scopes:\n\n${scopeList()}`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token from /settings/tokens or `sonde login`.' } },
      schemas: { Error: ERROR },
      responses: {
        Error: { description: 'What went wrong.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
      },
    },
  }
}

const scopeList = (): string =>
  Object.entries(SCOPES)
    .map(([scope, does]) => `- \`${scope}\`: ${does}.`)
    .join('\n')

function describe(operation: Operation): JsonSchema {
  const { id, summary, description, access, body } = operation
  const needs =
    access === 'public' ? 'Needs no token.' : access === 'token' ? 'Needs a token, of any scope.' : `Needs the scope \`${access}\`.`
  return {
    operationId: id,
    tags: [id.split('.')[0]],
    summary,
    description: description ? `${description} ${needs}` : needs,
    ...(access === 'public' && { security: [] }),
    parameters: [...parametersOf(operation.params, 'path'), ...parametersOf(operation.query, 'query')],
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: { [operation.answer.status]: answerOf(operation), default: { $ref: '#/components/responses/Error' } },
  }
}

function contentOf(body: NonNullable<Operation['body']>): JsonSchema {
  if (body.schema === undefined) return { 'application/octet-stream': { schema: { description: body.stream } } }
  const schema = jsonSchemaOf(body.schema, 'input')
  return { 'application/json': { schema }, ...(body.form && { 'application/x-www-form-urlencoded': { schema } }) }
}

function parametersOf(object: z.ZodObject, where: 'path' | 'query'): JsonSchema[] {
  const { properties = {}, required = [] } = jsonSchemaOf(object, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }))
}

function answerOf({ answer }: Operation): JsonSchema {
  const { description, files, schema } = answer
  if (files)
    return { description, content: Object.fromEntries(files.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])) }
  if (schema === undefined) return { description }
  return { description, content: { 'application/json': { schema: jsonSchemaOf(schema, 'output') } } }
}
