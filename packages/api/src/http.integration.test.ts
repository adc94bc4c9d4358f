import { createServer, type Server } from 'node:http'
import { type Actor, captureViewSchema } from '@sonde/contract'
import { type AgentHost, acceptTarget, claimWork, deleteCapture, endTarget, runTarget } from '@sonde/domain'
import { createWorld, refOf, SPEC, type World } from '@sonde/domain/testing'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import superjson from 'superjson'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { appRouter } from './app-router.ts'

let world: World
let server: Server
let base: string
let actor: Actor = { kind: 'anonymous' }

beforeAll(async () => {
  world = await createWorld()
  server = createServer(async (req, res) => {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(Buffer.from(part))
    const request = new Request(`http://test${req.url}`, {
      method: req.method ?? 'GET',
      headers: { 'content-type': 'application/json' },
      ...(parts.length > 0 ? { body: Buffer.concat(parts) } : {}),
    })
    const abort = new AbortController()
    res.on('close', () => abort.abort())
    const response = await fetchRequestHandler({
      endpoint: '/api/trpc',
      req: new Request(request, { signal: abort.signal }),
      router: appRouter,
      createContext: () => ({ actor, app: world.app }),
      allowMethodOverride: true,
    })
    res.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body) for await (const part of response.body) res.write(part)
    res.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/trpc`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await world.close()
})

const urlOf = (path: string, input: unknown) => `${base}/${path}?input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`

async function begin(host: AgentHost): Promise<string> {
  const id = await world.capture([host])
  await claimWork(host, world.app)
  await acceptTarget(host, world.app, refOf(id))
  return id
}

/** Views of a stream of server-sent events, as they come. */
async function* views(response: Response): AsyncGenerator<string> {
  let text = ''
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString()
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end).trim()
      text = text.slice(end + 2)
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (event.startsWith('event:')) yield event.split('\n')[0] ?? ''
      else if (data?.startsWith('{"json"')) yield captureViewSchema.parse(superjson.parse(data)).state
    }
  }
}

it('streams a capture until it is final, then says so and stops polling', async () => {
  actor = await world.actor('viewer')
  const host = await world.host()
  const id = await begin(host)
  const response = await fetch(urlOf('captures.watch', { id }))
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const seen: string[] = []
  for await (const event of views(response)) {
    seen.push(event)
    if (seen.length === 2) {
      await runTarget(host, world.app, refOf(id), { commands: [] })
      await endTarget(host, world.app, refOf(id), { state: 'failed', reason: 'tool-failed', message: 'x' })
    }
    if (event === 'event: return') break
  }
  expect(seen).toEqual(['event: connected', 'running', 'failed', 'event: return'])
  expect(world.app.feeds.active).toBe(0)
})

it('stops polling when the browser goes away', async () => {
  actor = await world.actor('viewer')
  const id = await begin(await world.host())
  const abort = new AbortController()
  const response = await fetch(urlOf('captures.watch', { id }), { signal: abort.signal })
  for await (const event of views(response)) if (event === 'running') break
  abort.abort()
  for (let i = 0; world.app.feeds.active > 0 && i < 200; i++) await new Promise((r) => setTimeout(r, 10))
  expect(world.app.feeds.active).toBe(0)
})

it('ends the stream with words when the capture is deleted under it', async () => {
  actor = await world.actor('admin')
  const id = await begin(await world.host())
  const response = await fetch(urlOf('captures.watch', { id }))
  let text = ''
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString()
    if (text.includes('"running"') && !text.includes('serialized-error')) await deleteCapture(actor, world.app, { id }).catch(() => {})
    if (text.includes('serialized-error')) break
  }
  expect(text).toContain('there is no such capture')
  expect(text).toContain('"sondeCode":"not-found"')
})

it('answers with statuses and codes, never with a stack', async () => {
  actor = { kind: 'anonymous' }
  const refused = await fetch(urlOf('captures.list', {}))
  expect(refused.status).toBe(401)
  const text = await refused.text()
  expect(text).toContain('"sondeCode":"not-signed-in"')
  expect(text).not.toContain('stack')
  actor = await world.actor('viewer')
  const invalid = await fetch(urlOf('captures.get', { id: '../../etc/passwd' }))
  expect(invalid.status).toBe(400)
  expect(await invalid.text()).toContain('id: not an identifier')
  expect((await fetch(urlOf('captures.get', { id: 'no-such-capture' }))).status).toBe(404)
  // A stream has its status before anything is known; the error is its first event.
  const stream = await (await fetch(urlOf('captures.watch', { id: 'no-such-capture' }))).text()
  expect(stream).toMatch(/event: serialized-error\n.*"sondeCode":"not-found"/)
})

it('takes a question about 500 hosts as a POST: their ids are too long for an address', async () => {
  actor = await world.actor('operator')
  const input = { hostIds: Array.from({ length: 500 }, (_, i) => `${i}`.padStart(32, '0')), spec: SPEC }
  expect((await fetch(urlOf('hosts.preview', input))).status).toBe(431)
  const posted = await fetch(`${base}/hosts.preview`, { method: 'POST', body: JSON.stringify(superjson.serialize(input)) })
  expect(posted.status).toBe(404)
  expect(await posted.text()).toContain('no such host')
})
