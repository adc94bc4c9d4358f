import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { buildCallTree, encodeProfile, syntheticProfile } from '@sonde/profile'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { portWorker } from '../../testing/port-worker.ts'
import { FlameEngineClient } from './engine-client.ts'

const profile = syntheticProfile({ nodes: 2000, seed: 3 })
const bytes = encodeProfile(profile)
const tree = buildCallTree(profile, { group: 'process', order: 'weight' })
const BY_PROCESS = { group: 'process', order: 'weight' } as const

let server: Server
let origin: string
let slowAsked = 0
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/good') response.end(gzipSync(bytes))
    else if (request.url === '/slow') slowAsked++
    else if (request.url === '/forbidden') response.writeHead(403).end(JSON.stringify({ error: { message: 'This link was revoked.' } }))
    else response.writeHead(500).end('<html>')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const open: FlameEngineClient[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
function clientOf(createWorker: () => ReturnType<typeof portWorker>): FlameEngineClient {
  const client = new FlameEngineClient(createWorker)
  open.push(client)
  return client
}
const noWorker = (): never => {
  throw new Error('workers are forbidden')
}

describe.each([
  ['in a worker', () => portWorker()],
  ['on the page, where a worker cannot be made', noWorker],
  [
    'on the page, where its script does not load',
    () => {
      const dead = { ...portWorker(), postMessage: () => undefined }
      setTimeout(() => dead.onerror?.call(dead as never, { message: '', preventDefault: () => undefined } as ErrorEvent), 5)
      return dead
    },
  ],
])('FlameEngineClient, %s', (_, createWorker) => {
  it('fetches, unpacks, builds and searches', async () => {
    const client = clientOf(createWorker)
    const summary = await client.load({ url: `${origin}/good` })
    expect(summary.sampleRows).toBe(profile.samples.length)
    const [model, totals] = await Promise.all([client.model(BY_PROCESS), client.ask('totals', {})])
    expect(model.tree).toEqual(tree)
    expect(totals.count).toBe(profile.samples.length)
    const release = client.holdModel(model)
    expect((await client.search(model, { text: 'http', regex: false }))?.result.matchedFrames).toBeGreaterThan(0)
    expect(await client.search(model, { text: '', regex: false })).toBeNull()
    release()
  })

  it('takes bytes at hand, gzipped or not', async () => {
    const client = clientOf(createWorker)
    await client.load({ bytes: new Uint8Array(gzipSync(bytes)) })
    expect((await client.model(BY_PROCESS)).tree).toEqual(tree)
    await client.load({ bytes })
    expect((await client.model(BY_PROCESS)).tree).toEqual(tree)
  })

  it('passes errors on as they were said', async () => {
    const client = clientOf(createWorker)
    await expect(client.load({ url: `${origin}/forbidden` })).rejects.toMatchObject({ message: 'This link was revoked.', status: 403 })
    await expect(client.load({ url: `${origin}/broken` })).rejects.toMatchObject({
      message: 'The server answered with status 500.',
      status: 500,
    })
    await expect(client.load({ bytes: new Uint8Array([1, 2, 3]) })).rejects.toMatchObject({
      message: expect.stringMatching(/not a Sonde profile/),
      status: null,
    })
    await expect(client.model(BY_PROCESS)).rejects.toMatchObject({ message: 'No profile has been loaded.' })
  })

  it('gives up what is aborted, and does the rest', async () => {
    const client = clientOf(createWorker)
    const giveUp = new AbortController()
    const before = slowAsked
    const slow = client.load({ url: `${origin}/slow` }, giveUp.signal)
    const unheard = client.model(BY_PROCESS, giveUp.signal)
    const load = client.load({ bytes })
    const model = client.model(BY_PROCESS)
    await expect.poll(() => slowAsked).toBe(before + 1)
    giveUp.abort(new Error('another question'))
    await expect(slow).rejects.toThrow('another question')
    await expect(unheard).rejects.toThrow('another question')
    await load
    expect((await model).tree).toEqual(tree)
    await expect(client.model(BY_PROCESS, giveUp.signal)).rejects.toThrow('another question')
  })
})

describe('FlameEngineClient', () => {
  it('says so when a running worker stops, and starts a new one for the next request', async () => {
    const workers: ReturnType<typeof portWorker>[] = []
    const client = clientOf(() => {
      const worker = portWorker()
      workers.push(worker)
      return worker
    })
    await client.load({ bytes })
    const asked = client.load({ url: `${origin}/slow` })
    const first = workers[0]
    first?.onerror?.call(first as never, { message: 'out of memory', preventDefault: () => undefined } as ErrorEvent)
    await expect(asked).rejects.toThrow('The profile’s worker stopped: out of memory.')
    expect(first?.ended).toBe(true)
    // The new one has what the old one had.
    expect((await client.model(BY_PROCESS)).tree).toEqual(tree)
    expect(workers).toHaveLength(2)
  })

  it('ends with its last holder, and what was asked with it', async () => {
    const worker = portWorker()
    const client = clientOf(() => worker)
    const release = client.hold()
    await client.load({ bytes })
    // A component that is taken out and put back at once, as in React's strict mode.
    release()
    const again = client.hold()
    await new Promise((done) => setTimeout(done, 5))
    expect(worker.ended).toBe(false)
    const asked = client.load({ url: `${origin}/slow` })
    again()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    expect(worker.ended).toBe(true)
  })

  it('lets the engine forget models: those released, and those that nobody waited for', async () => {
    const worker = portWorker()
    const client = clientOf(() => worker)
    await client.load({ bytes })
    const model = await client.model(BY_PROCESS)
    const forgotten = () => worker.sent.flatMap((request) => (request.type === 'forget' ? [request.model] : []))
    const release = client.holdModel(model)
    const second = client.holdModel(model)
    release()
    await new Promise((done) => setTimeout(done, 5))
    expect(forgotten()).toEqual([])
    second()
    await expect.poll(forgotten).toEqual([model.id])
    // Aborted when its answer has left the engine already.
    const giveUp = new AbortController()
    const answers = worker.received.length
    const late = client.model(BY_PROCESS, giveUp.signal)
    const onmessage = worker.onmessage
    worker.onmessage = null
    await expect.poll(() => worker.received.length).toBe(answers + 1)
    giveUp.abort()
    await expect(late).rejects.toThrow()
    onmessage?.call(worker as never, { data: worker.received.at(-1) } as MessageEvent)
    expect(forgotten()).toEqual([model.id, model.id + 1])
  })
})
