import { setTimeout as sleep } from 'node:timers/promises'
import { CHUNK_HEADERS, CHUNK_LIMITS, type PollResponse, pollResponseSchema } from '@sonde/contract'
import { type App, cancelCapture, createApp, issueJoinToken, removeHost } from '@sonde/domain'
import {
  createWorld,
  FACTS,
  LOAD,
  manifestOf,
  profileChunk,
  profileOf,
  QUALITY,
  refOf,
  type TestChunk,
  type World,
} from '@sonde/domain/testing'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createGateway } from './gateway.ts'

/** Whatever an answer may hold; what a test needs must be there, or it fails on ''. */
const replySchema = z.looseObject({
  ok: z.boolean().optional(),
  hostId: z.string().default(''),
  agentToken: z.string().default(''),
  error: z.object({ code: z.string(), message: z.string() }).default({ code: '', message: '' }),
})
const readReply = async (response: Response) => {
  const raw: unknown = await response.json()
  return { status: response.status, raw, body: replySchema.parse(raw), headers: response.headers }
}

type Host = Awaited<ReturnType<World['host']>>

let world: World
let logged: string[]
let open: FastifyInstance[]
let base: string
const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  logged = []
  open = []
  base = await start()
})
afterEach(async () => {
  for (const gateway of open) await gateway.close()
})

async function start(options: { app?: App; sweepMs?: number } = {}): Promise<string> {
  const gateway = createGateway({ app: world.app, log, sweepMs: 60_000, ...options })
  open.push(gateway)
  const address = await gateway.listen({ host: '127.0.0.1', port: 0 })
  await sleep(50) // the subscription to announcements
  return `${address}/agent/v1`
}

async function post(path: string, body: unknown, host?: { token: string }, options: { signal?: AbortSignal; at?: string } = {}) {
  const response = await fetch(`${options.at ?? base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(host ? { authorization: `Bearer ${host.token}` } : {}) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  return await readReply(response)
}

async function put(captureId: string, chunk: TestChunk, host: Host, headers: Record<string, string> = {}) {
  const response = await fetch(`${base}/targets/${captureId}/1/chunks/${chunk.seq}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${host.token}`,
      'content-type': 'application/gzip',
      [CHUNK_HEADERS.sha256]: chunk.sha256,
      [CHUNK_HEADERS.kind]: chunk.kind,
      ...headers,
    },
    body: new Uint8Array(chunk.bytes),
  })
  return await readReply(response)
}

async function poll(
  host: Host,
  waitMs: number,
  options: { signal?: AbortSignal; at?: string; active?: unknown[] } = {},
): Promise<PollResponse['commands']> {
  const { active = [], ...rest } = options
  const { status, raw } = await post('/poll', { waitMs, active }, host, rest)
  expect(status).toBe(200)
  return pollResponseSchema.parse(raw).commands
}

async function running(host: Host): Promise<string> {
  const id = await world.capture([host])
  await poll(host, 0)
  await post(`/targets/${id}/1/accept`, {}, host)
  await post(`/targets/${id}/1/running`, { commands: [] }, host)
  return id
}

describe('the agents’ API', () => {
  it('takes a host from its join token to a finished capture', async () => {
    const { token: joinToken } = await issueJoinToken(world.app, {}, null)
    const enrolled = await post('/enrol', { joinToken, machineKey: 'a'.repeat(64), facts: FACTS, labels: { env: 'test' } })
    expect(enrolled.status).toBe(200)
    const host = { id: enrolled.body.hostId, name: 'web-1', token: enrolled.body.agentToken }
    expect(await post('/heartbeat', { load: LOAD }, host)).toMatchObject({ status: 200, raw: {} })
    const id = await world.capture([host])
    expect(await poll(host, 0)).toMatchObject([{ type: 'start', target: refOf(id) }])
    expect((await post(`/targets/${id}/1/accept`, {}, host)).raw).toEqual({ state: 'accepted', cancelRequested: false })
    expect((await post(`/targets/${id}/1/running`, { commands: [] }, host)).body).toMatchObject({ state: 'running' })
    const chunk = profileChunk(0, profileOf(host.id, ['main;work']))
    expect(await put(id, chunk, host)).toMatchObject({ status: 200, raw: { stored: true, duplicate: false, cancelRequested: false } })
    const report = { manifest: manifestOf([chunk]), quality: QUALITY, recordedMs: 5_000 }
    expect((await post(`/targets/${id}/1/finish`, report, host)).raw).toEqual({ state: 'done', missing: [] })
    const again = await post(`/targets/${id}/1/end`, { state: 'failed', reason: null, message: '' }, host)
    expect(again).toMatchObject({ status: 409, body: { state: 'done', error: { code: 'conflict' } } })
  })

  it('is closed to strangers, before it reads what they send', async () => {
    const host = await world.host()
    const paths = [
      '/heartbeat',
      '/poll',
      '/targets/some-capture/1/accept',
      '/targets/some-capture/1/running',
      '/targets/some-capture/1/end',
      '/targets/some-capture/1/finish',
      '/queries/some-query',
      '/catalogues/missing',
    ]
    for (const path of paths) {
      for (const token of [undefined, 'junk', `sat_${'a'.repeat(43)}`, 'x y', host.token.replace('sat_', 'sjt_')]) {
        const { status, body } = await post(path, 'not even json', token === undefined ? undefined : { token })
        expect([path, status, body.error.code]).toEqual([path, 401, 'not-signed-in'])
      }
    }
    expect((await put('some-capture', profileChunk(0, profileOf('x', ['y'])), { ...host, token: 'junk' })).status).toBe(401)
    await removeHost(await world.actor('admin'), world.app, { id: host.id })
    expect((await post('/heartbeat', { load: LOAD }, host)).status).toBe(401)
  })

  it('knows no target of another host', async () => {
    const [owner, stranger] = [await world.host(), await world.host()]
    const id = await running(owner)
    const report = { manifest: [], quality: QUALITY, recordedMs: 1 }
    for (const [verb, body] of [
      ['accept', {}],
      ['running', { commands: [] }],
      ['end', { state: 'failed', reason: null, message: '' }],
      ['finish', report],
    ] as const) {
      expect((await post(`/targets/${id}/1/${verb}`, body, stranger)).status).toBe(404)
    }
    expect((await put(id, profileChunk(0, profileOf(stranger.id, ['x'])), stranger)).status).toBe(404)
    expect((await world.target(id, owner)).state).toBe('running')
  })

  it('says what is wrong with a request', async () => {
    const host = await world.host()
    expect(await post('/heartbeat', '{', host)).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } })
    expect(await post('/heartbeat', { load: { ...LOAD, load1: 'high' } }, host)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('load.load1') } },
    })
    expect(
      await post(
        '/heartbeat',
        { load: LOAD, labels: Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`label-${i}`, 'x'.repeat(30)])) },
        host,
      ),
    ).toMatchObject({ status: 413, body: { error: { code: 'too-large' } } })
    expect((await post('/targets/..%2f..%2fetc/1/accept', {}, host)).status).toBe(400)
    expect((await post('/targets/some-capture/0/accept', {}, host)).status).toBe(400)
    expect(await post('/nothing', {}, host)).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } })
    expect((await post('/poll', { waitMs: 1e9, active: [] }, host)).status).toBe(400)
  })

  it('refuses chunks with words that the target shows as well', async () => {
    const host = await world.host()
    const cases = [
      { chunk: { ...profileChunk(0, profileOf(host.id, ['x'])), bytes: Buffer.alloc(CHUNK_LIMITS.maxCompressedBytes + 1) }, status: 413 },
      { chunk: { ...profileChunk(0, profileOf(host.id, ['x'])), bytes: Buffer.from('no gzip') }, status: 422 },
      { chunk: profileChunk(0, profileOf('another-host', ['x'])), status: 422 },
    ]
    for (const { chunk, status } of cases) {
      const id = await running(host)
      const refused = await put(id, chunk, host)
      expect(refused.status).toBe(status)
      expect(await world.target(id, host)).toMatchObject({
        state: 'failed',
        reason: 'upload-rejected',
        message: refused.body.error.message,
      })
    }
    const id = await running(host)
    const good = profileChunk(0, profileOf(host.id, ['x']))
    expect((await put(id, good, host, { [CHUNK_HEADERS.sha256]: 'xyz' })).status).toBe(400)
    expect((await put(id, good, host, { [CHUNK_HEADERS.kind]: 'other' })).status).toBe(400)
    expect((await put(id, { ...good, seq: -1 }, host)).status).toBe(400)
    expect((await world.target(id, host)).state).toBe('running')
    expect((await put(id, good, host)).status).toBe(200)
    const other = profileChunk(0, profileOf(host.id, ['another']))
    expect(await put(id, other, host)).toMatchObject({ status: 409, body: { state: 'running' } })
  })

  it('slows down whoever guesses join tokens, but not a fleet that enrols', async () => {
    const body = (joinToken: string, key: string) => ({ joinToken, machineKey: key.repeat(64), facts: FACTS, labels: {} })
    const { token } = await issueJoinToken(world.app, { uses: 20 }, null)
    for (let i = 0; i < 12; i++) expect((await post('/enrol', body(token, i.toString(16)))).status).toBe(200)
    for (let i = 0; i < 10; i++) expect((await post('/enrol', body(`sjt_${'a'.repeat(43)}`, 'e'))).status).toBe(401)
    const limited = await post('/enrol', body(`sjt_${'a'.repeat(43)}`, 'e'))
    expect(limited).toMatchObject({ status: 429, body: { error: { code: 'too-many-requests' } } })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('writes no secret into its log', async () => {
    const { token } = await issueJoinToken(world.app, {}, null)
    const { body } = await post('/enrol', { joinToken: token, machineKey: 'c'.repeat(64), facts: FACTS, labels: {} })
    await post('/enrol', { joinToken: token, machineKey: 'd'.repeat(64), facts: FACTS, labels: {} })
    const host = { token: body.agentToken }
    await post('/poll', { waitMs: 0, active: 'x' }, host)
    await post('/targets/no-such-capture/1/accept', {}, host)
    const text = logged.join('')
    expect(text).toContain('a host enrolled')
    expect(text).toContain('there is no such target')
    for (const secret of [token, body.agentToken]) expect(text).not.toContain(secret.slice(4))
  })
})

describe('a held poll', () => {
  const within = async <T>(ms: number, work: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now()
    const result = await work()
    expect(performance.now() - startedMs).toBeLessThan(ms)
    return result
  }

  it('is answered as soon as there is work, and with nothing when there is none', async () => {
    const host = await world.host()
    expect(await poll(host, 100)).toEqual([])
    const held = poll(host, 20_000)
    await sleep(200)
    const id = await world.capture([host])
    expect(await within(1_000, () => held)).toMatchObject([{ type: 'start', target: { captureId: id } }])
  })

  it('brings a cancel at once', async () => {
    const host = await world.host()
    const id = await running(host)
    const held = poll(host, 20_000, { active: [refOf(id)] })
    await sleep(200)
    await cancelCapture(await world.actor('operator'), world.app, { id })
    expect(await within(1_000, () => held)).toEqual([{ type: 'cancel', target: refOf(id) }])
  })

  it('stops what the agent works on and the server does not know, once in a while', async () => {
    const host = await world.host()
    const active = [refOf('gone-capture')]
    expect(await poll(host, 0, { active })).toEqual([{ type: 'cancel', target: active[0] }])
    expect(await poll(host, 0, { active })).toEqual([])
  })

  it('serves a host that connects after the start', async () => {
    const host = await world.host()
    const id = await world.capture([host])
    await sleep(300)
    expect(await poll(host, 20_000)).toMatchObject([{ type: 'start', target: { captureId: id } }])
  })

  it('finds work without being told, by the sweep', async () => {
    const deaf = createApp(
      { databaseUrl: world.database.url, webUrl: 'http://web.test', gatewayUrl: 'http://gateway.test' },
      { bus: { announce: async () => {}, subscribe: () => ({ close: async () => {} }) } },
    )
    try {
      const at = await start({ app: deaf, sweepMs: 200 })
      const host = await world.host()
      const held = poll(host, 20_000, { at })
      await sleep(100)
      await world.capture([host])
      expect(await within(1_500, () => held)).toHaveLength(1)
      for (const gateway of open.splice(1)) await gateway.close()
    } finally {
      await deaf.close()
    }
  })

  it('goes on after the database connection of the announcements broke', async () => {
    const host = await world.host()
    await world.app.db.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`,
    )
    const held = poll(host, 20_000)
    await sleep(500)
    await world.capture([host])
    expect(await within(2_000, () => held)).toHaveLength(1)
  })

  it('of a dead connection gets no work: the newer poll does', async () => {
    const host = await world.host()
    const older = poll(host, 20_000)
    await sleep(200)
    const newer = poll(host, 20_000)
    expect(await within(1_000, () => older)).toEqual([])
    await world.capture([host])
    expect(await newer).toHaveLength(1)
  })

  it('that the agent gave up takes nothing with it', async () => {
    const host = await world.host()
    const abort = new AbortController()
    const given = poll(host, 20_000, { signal: abort.signal }).catch(() => 'aborted')
    await sleep(200)
    abort.abort()
    expect(await given).toBe('aborted')
    await sleep(100)
    const id = await world.capture([host])
    await sleep(200)
    expect((await world.target(id, host)).state).toBe('queued')
    expect(await poll(host, 0)).toHaveLength(1)
  })

  it('is answered when the gateway stops, which takes no longer than that', async () => {
    const hosts = [await world.host(), await world.host()]
    const held = hosts.map((host) => poll(host, 20_000))
    await sleep(200)
    await within(2_000, async () => {
      for (const gateway of open.splice(0)) await gateway.close()
    })
    for (const commands of await Promise.all(held)) expect(commands).toEqual([])
  })
})

describe('two gateways on one database', () => {
  it('hand out every target once, and both hear of it', async () => {
    const other = await start({ sweepMs: 100 })
    const hosts = await Promise.all(Array.from({ length: 6 }, () => world.host()))
    const polls = hosts.map((host, i) => poll(host, 20_000, { at: i % 2 === 0 ? base : other }))
    await sleep(300)
    const id = await world.capture(hosts)
    for (const commands of await Promise.all(polls)) expect(commands).toMatchObject([{ type: 'start', target: { captureId: id } }])

    const [host] = hosts
    if (!host) throw new Error('no host')
    const ids = await Promise.all(Array.from({ length: 10 }, () => world.capture([host])))
    const given = (await Promise.all([base, other, base, other].map((at) => poll(host, 0, { at })))).flat()
    expect(given.map((command) => (command.type === 'start' ? command.target.captureId : '')).sort()).toEqual([...ids].sort())
  })
})

describe('/health', () => {
  it('is fine with a database, and not without', async () => {
    const root = base.replace('/agent/v1', '')
    expect(await (await fetch(`${root}/health`)).json()).toEqual({ ok: true })
    const lost = createApp({ databaseUrl: 'postgresql://nobody:x@127.0.0.1:1/none', webUrl: 'http://w.test', gatewayUrl: 'http://g.test' })
    const at = await start({ app: lost })
    const response = await fetch(`${at.replace('/agent/v1', '')}/health`)
    expect(await readReply(response)).toMatchObject({ status: 503, body: { ok: false } })
    const refused = await post('/heartbeat', { load: LOAD }, { token: `sat_${'a'.repeat(43)}` }, { at })
    expect(refused).toMatchObject({ status: 500, body: { error: { message: 'the gateway failed; its log has the details' } } })
    for (const gateway of open.splice(1)) await gateway.close()
    await lost.close()
  })
})
