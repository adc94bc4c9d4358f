import type { Scope } from '@sonde/contract'
import { createApiToken, revokeApiToken } from '@sonde/domain'
import { SPEC } from '@sonde/domain/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ALL_SCOPES, codeOf, createRestWorld, jsonOf, type RestWorld, type Sent } from './testing/rest-world.ts'

const unknown = 'unknown-id-0000'

let rest: RestWorld
let world: RestWorld['world']
let send: RestWorld['send']
let tokenOf: RestWorld['tokenOf']
let errors: unknown[]
beforeAll(async () => {
  rest = await createRestWorld()
  ;({ world, send, tokenOf, errors } = rest)
})
afterAll(() => world.close())

describe('a token', () => {
  it('works no more once it was revoked, has expired, or its person has less to say', async () => {
    const admin = await world.actor('admin')
    const { token, view } = await createApiToken(admin, world.app, { name: 'ci', scopes: ALL_SCOPES, days: 1 })
    const me = await jsonOf(await send('/me', { token }))
    expect(me).toMatchObject({ person: { id: admin.userId, role: 'admin' }, token: { id: view.id, name: 'ci', state: 'usable' } })
    expect(JSON.stringify(me)).not.toContain(token)

    await world.app.db.prisma.user.update({ where: { id: admin.userId }, data: { role: 'viewer' } })
    expect((await send('/captures', { method: 'POST', token, body: { hostIds: [unknown], spec: SPEC } })).status).toBe(403)

    await world.app.db.pool.query(`UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = $1`, [view.id])
    expect((await send('/me', { token })).status).toBe(401)
    const second = await createApiToken(admin, world.app, { name: 'ci', scopes: ['hosts:read'], days: 1 })
    await revokeApiToken(admin, world.app, { id: second.view.id })
    expect((await send('/me', { token: second.token })).status).toBe(401)
  })

  it('gives itself back', async () => {
    const token = await tokenOf('viewer', ['hosts:read'])
    expect((await send('/me/token', { method: 'DELETE', token })).status).toBe(204)
    expect((await send('/me', { token })).status).toBe(401)
  })

  it('is not what a cookie, another scheme or a token of another kind is', async () => {
    const token = await tokenOf('viewer')
    const agent = await world.host()
    for (const authorization of [token, `Basic ${token}`, `Bearer ${agent.token}`, `Bearer ${token}x`, 'Bearer', ''])
      expect((await send('/hosts', { headers: { authorization } })).status).toBe(401)
    expect((await send('/hosts', { headers: { cookie: `sonde.session_token=${token}` } })).status).toBe(401)
    expect((await send('/hosts', { headers: { authorization: `bearer ${token}` } })).status).toBe(200)
  })

  it('that does not work is refused sooner after many in a minute, and others go on', async () => {
    const token = await tokenOf('viewer')
    const wrong = (last: string) =>
      send('/hosts', { token: `spt_${'A'.repeat(43)}`, headers: { 'x-forwarded-for': `198.51.100.7, ${last}` } })
    for (let i = 0; i < 60; i++) expect((await wrong('203.0.113.5')).status).toBe(401)
    const blocked = await wrong('203.0.113.5')
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await wrong('203.0.113.6')).status).toBe(401)
    expect((await send('/hosts', { token, headers: { 'x-forwarded-for': '203.0.113.5' } })).status).toBe(200)
  })
})

describe('requests', () => {
  it('that are not right say what is wrong, by HTTP’s own rules', async () => {
    const token = await tokenOf('operator')
    const asked = async (path: string, sent: Sent = {}) => {
      const response = await send(path, { token, ...sent })
      return [response.status, await codeOf(response)]
    }
    expect(await asked('/nothing')).toEqual([404, 'not-found'])
    expect(await asked('/captures/%E0%A4%A')).toEqual([404, 'not-found'])
    expect(await asked(`/captures/${'x'.repeat(65)}`)).toEqual([404, 'not-found'])
    const put = await send('/captures', { method: 'PUT', token, body: {} })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET'])
    expect(await asked('/captures?limit=0')).toEqual([400, 'invalid'])
    expect(await asked('/captures?limit=1&limit=2')).toEqual([400, 'invalid'])
    expect(await asked('/captures?limt=1')).toEqual([400, 'invalid'])
    expect(await asked('/captures?cursor=zzz')).toEqual([400, 'invalid'])
    expect(await asked(`/captures/${unknown}/profile?window=5-3`)).toEqual([400, 'invalid'])
    expect(await asked(`/captures/${unknown}/profile?format=exe`)).toEqual([400, 'invalid'])
    expect(await asked('/captures', { method: 'POST', raw: 'a=b' })).toEqual([415, 'unsupported-media-type'])
    expect(await asked('/captures', { method: 'POST', raw: '{', headers: { 'content-type': 'application/json' } })).toEqual([
      400,
      'invalid',
    ])
    expect(await asked('/captures', { method: 'POST', body: { selector: '', recipe: 'cpu-profile' } })).toEqual([400, 'invalid'])
    expect(await asked('/captures', { method: 'POST', body: { selector: 'x', recipe: 'cpu-profile', spec: SPEC } })).toEqual([
      400,
      'invalid',
    ])
    const large = JSON.stringify({ selector: 'x', recipe: 'cpu-profile', title: 'x'.repeat(1024 * 1024) })
    expect(await asked('/captures', { method: 'POST', raw: large, headers: { 'content-type': 'application/json' } })).toEqual([
      413,
      'too-large',
    ])
    expect(errors).toEqual([])
  })

  it('that nobody foresaw the end of tell nothing of why', async () => {
    const token = await tokenOf('viewer')
    vi.spyOn(world.app.db.pool, 'query').mockImplementationOnce(() => Promise.reject(new Error('password=secret')))
    const response = await send('/hosts', { token })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(errors.splice(0)).toHaveLength(1)
  })
})

it('that hold what the database cannot are the mistake of who asks', async () => {
  const token = await tokenOf('operator')
  for (const search of ['a%00b', 'host:%00', 'label:a%00%3Db']) {
    const response = await send(`/captures?search=${search}`, { token })
    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid'])
  }
  const note = await send('/deploys', { method: 'POST', token, body: { service: 'x', version: '1', note: 'a\0b' } })
  expect([note.status, await codeOf(note)]).toEqual([400, 'invalid'])
  expect(errors).toEqual([])
})

describe('a token of few scopes', () => {
  it('makes no links to what it may not read', async () => {
    const id = await world.capture([await world.host()])
    const share = async (scopes: Scope[]) => {
      const token = await tokenOf('admin', scopes)
      return (await send('/shares', { method: 'POST', token, body: { id, hosts: true, args: true } })).status
    }
    expect(await share(['shares:write'])).toBe(403)
    expect(await share(['shares:write', 'captures:read'])).toBe(201)
  })

  it('finds nothing by what it may not read', async () => {
    const find = async (search: string, scopes: Scope[]) => {
      const response = await send(`/captures?search=${encodeURIComponent(search)}`, { token: await tokenOf('admin', scopes) })
      return response.status
    }
    expect(await find('note:secret', ALL_SCOPES)).toBe(403)
    expect(await find('comment:secret', ALL_SCOPES)).toBe(403)
    expect(await find('deploy:checkout', ['captures:read'])).toBe(403)
    expect(await find('deploy:checkout', ['captures:read', 'deploys:read'])).toBe(200)
    expect(await find('secret', ['captures:read'])).toBe(200)
  })
})

describe('captures', () => {
  it('start on the online hosts that a selector matches, and say which were left out and why they exist', async () => {
    const token = await tokenOf('operator')
    const labels = { service: 'checkout', env: 'prod' }
    const [first, second, away] = [await world.host('c-1', labels), await world.host('c-2', labels), await world.host('c-3', labels)]
    await world.host('other', { service: 'search' })
    await world.silence(away, 60_000)
    const body = { selector: 'service=checkout env=prod', recipe: 'cpu-profile', durationMs: 2_000, reason: 'release of checkout 1.2' }
    const response = await send('/captures', { method: 'POST', token, body, headers: { 'user-agent': 'sonde-cli/0.1.0' } })
    expect(response.status).toBe(201)
    const started = await jsonOf(response)
    expect(started.hosts.map((host: { id: string }) => host.id)).toEqual([first.id, second.id])
    expect(started.offline).toEqual([{ id: away.id, name: 'c-3' }])
    expect(started.url).toBe(`http://web.test/captures/${started.id}`)

    const capture = await jsonOf(await send(`/captures/${started.id}`, { token }))
    expect(capture).toMatchObject({ state: 'queued', spec: { recipe: 'cpu-profile', durationMs: 2_000 } })
    expect(capture.reason).toMatchObject({ kind: 'cli', text: 'release of checkout 1.2' })
    expect(capture.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

    const nobody = await send('/captures', { method: 'POST', token, body: { ...body, selector: 'service=nothing' } })
    expect([nobody.status, await codeOf(nobody)]).toEqual([422, 'unprocessable'])
    expect((await send(`/captures/${started.id}/cancel`, { method: 'POST', token })).status).toBe(204)
    expect((await jsonOf(await send(`/captures/${started.id}`, { token }))).state).toBe('cancelled')
    expect((await send(`/captures/${started.id}`, { method: 'DELETE', token })).status).toBe(204)
    expect((await send(`/captures/${started.id}`, { token })).status).toBe(404)
  })

  it('take a recipe’s values, and refuse what it does not take', async () => {
    const token = await tokenOf('operator')
    await world.host('values-1', { role: 'values' })
    const start = (recipe: string, values: unknown) =>
      send('/captures', { method: 'POST', token, body: { selector: 'role=values', recipe, values } })
    expect((await start('kernel-function-latency', { function: 'vfs_read' })).status).toBe(201)
    expect((await start('user-function-latency', {})).status).toBe(400)
    expect((await start('kernel-function-latency', { function: 'vfs_read', more: 1 })).status).toBe(400)
    expect((await start('kernel-function-latency', { function: 'vfs_read; rm -rf /' })).status).toBe(400)
    expect((await start('no-such-recipe', {})).status).toBe(404)
  })

  it('are read page by page', async () => {
    await world.clear()
    const token = await tokenOf('viewer')
    const host = await world.host()
    for (let i = 0; i < 5; i++) await world.capture([host])
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await jsonOf(await send(`/captures?limit=2${cursor && `&cursor=${cursor}`}`, { token }))
      seen.push(...page.items.map((capture: { id: string }) => capture.id))
      cursor = page.nextCursor
    }
    expect(new Set(seen).size).toBe(5)
  })

  it('of files that cannot be read leave no trace', async () => {
    const token = await tokenOf('operator')
    const response = await send('/captures/import?name=x.txt', { method: 'POST', token, raw: 'no profile' })
    expect([response.status, (await jsonOf(response)).error.message]).toEqual([422, 'x is no profile'])
    expect((await jsonOf(await send('/captures?search=x.txt', { token }))).items).toEqual([])
  })
})
