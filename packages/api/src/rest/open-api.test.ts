import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from './open-api.ts'
import { OPERATIONS } from './operations.ts'

const document = JSON.parse(JSON.stringify(openApiDocument(OPERATIONS, 'https://sonde.example/api/v1')))
const described = Object.entries<Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>(
  document.paths,
).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })))

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(document)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('would not be, if a parameter had no place', async () => {
    const broken = structuredClone(document)
    broken.paths['/hosts/{id}'].get.parameters[0].in = 'nowhere'
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })

  it('has every operation once, by an id of its own, with all parameters of its path', () => {
    expect(described.map((operation) => operation.operationId).sort()).toEqual(OPERATIONS.map((operation) => operation.id).sort())
    expect(new Set(described.map((operation) => operation.operationId)).size).toBe(OPERATIONS.length)
    for (const { path, parameters } of described) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))
    }
  })

  it('says dates are date-times, and leaves room for what later versions answer', () => {
    const { schema } = document.paths['/hosts/{id}'].get.responses[200].content['application/json']
    expect(schema.properties.enrolledAt).toEqual({ type: 'string', format: 'date-time' })
    expect(schema.properties.facts.properties.kernel.type).toBe('string')
    expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false')
  })
})
