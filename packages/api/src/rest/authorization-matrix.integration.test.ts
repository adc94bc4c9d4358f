import { ROLES, type Role, type Scope } from '@sonde/contract'
import { SPEC } from '@sonde/domain/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { ALL_SCOPES, codeOf, createRestWorld, jsonOf, type RestWorld } from './testing/rest-world.ts'

const unknown = 'unknown-id-0000'

/** What each role gets with the right scope: as in the matrix of procedures. Every operation has its row, with a request that does no harm. */
type Row = { [R in Role]: 'yes' | 'no' } & { path?: string; body?: unknown; public?: true }
const everyone: Row = { viewer: 'yes', operator: 'yes', admin: 'yes', public: true }
const reader: Row = { viewer: 'yes', operator: 'yes', admin: 'yes' }
const operator: Row = { viewer: 'no', operator: 'yes', admin: 'yes' }
const one = (row: Row, rest = ''): Row => ({ ...row, path: `/captures/${unknown}${rest}` })
const MATRIX: Record<string, Row> = {
  'me.get': reader,
  'me.revoke-token': reader,
  'hosts.list': reader,
  'hosts.get': { ...reader, path: `/hosts/${unknown}` },
  'recipes.list': reader,
  'recipes.get': { ...reader, path: '/recipes/nothing' },
  'captures.start': { ...operator, body: { hostIds: [unknown], spec: SPEC } },
  'captures.list': reader,
  'captures.get': one(reader),
  'captures.cancel': one(operator, '/cancel'),
  // Not found before it is known whose it is: the domain's own matrix has the rest.
  'captures.delete': one(reader),
  'captures.import': { ...operator, path: '/captures/import?name=x' },
  'captures.profile': one(reader, '/profile'),
  'captures.syscalls': one(reader, '/syscalls'),
  'captures.counts': one(reader, '/counts'),
  'captures.latency': one(reader, '/latency'),
  'captures.events': one(reader, '/events'),
  'captures.counters': one(reader, '/counters'),
  'comparisons.verdict': { ...reader, path: `/comparisons/verdict?a=${unknown}&b=${unknown}` },
  'deploys.mark': { ...operator, body: { service: 'checkout', version: '1', hosts: [unknown] } },
  'deploys.list': reader,
  'deploys.get': { ...reader, path: `/deploys/${unknown}` },
  'deploys.verdict': { ...reader, path: `/deploys/${unknown}/verdict/${unknown}` },
  'shares.create': { ...operator, body: { id: unknown } },
  'shares.list': operator,
  'shares.revoke': { ...operator, path: `/shares/${unknown}` },
  'device.code': { ...everyone, body: { client_id: 'a laptop' } },
  'device.token': { ...everyone, body: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'none' } },
}

let rest: RestWorld
beforeAll(async () => {
  rest = await createRestWorld()
})
afterAll(() => rest.world.close())

const otherScopes = (access: Access): Scope[] => ALL_SCOPES.filter((scope) => scope !== access)

describe('who may call what with a token', () => {
  it('is written down for every operation, and for nothing else', () => {
    expect(OPERATIONS.map((operation) => operation.id).sort()).toEqual(Object.keys(MATRIX).sort())
  })

  for (const operation of OPERATIONS) {
    const row = MATRIX[operation.id] ?? everyone
    const request = (token?: string) =>
      rest.send(row.path ?? operation.path, {
        method: operation.method,
        ...(token !== undefined && { token }),
        ...(row.body !== undefined && { body: row.body }),
      })

    it(`${operation.id} without a token: ${row.public ? 'yes' : 'no'}`, async () => {
      const response = await request()
      if (row.public) expect([200, 400]).toContain(response.status)
      else {
        expect(response.status).toBe(401)
        expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
      }
    })

    for (const role of ROLES) {
      it(`${operation.id} by a token of ${role}: ${row[role]}`, async () => {
        const response = await request(await rest.tokenOf(role))
        if (row[role] === 'no') expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden'])
        else expect([200, 201, 204, 400, 404, 422]).toContain(response.status)
      })
    }

    if (operation.access !== 'public' && operation.access !== 'token') {
      it(`${operation.id} by an admin's token without ${operation.access}: no`, async () => {
        const response = await request(await rest.tokenOf('admin', otherScopes(operation.access)))
        expect(response.status).toBe(403)
        expect((await jsonOf(response)).error.message).toContain(operation.access)
      })
    }
  }

  it('had no errors that nobody foresaw', () => expect(rest.errors).toEqual([]))
})
