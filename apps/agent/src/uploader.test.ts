import { randomBytes } from 'node:crypto'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { EMPTY_QUALITY } from '@sonde/contract'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CaptureStop } from './capture-stop.ts'
import { type Credentials, GatewayClient } from './gateway-client.ts'
import type { Outcome } from './outcome.ts'
import { Spool, type TargetSpool } from './spool.ts'
import { eventually } from './testing/eventually.ts'
import { type Fault, GatewayPeer, type PeerTarget } from './testing/gateway-peer.ts'
import { COMMAND, SPEC } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import { TargetUpload } from './uploader.ts'

const target = { captureId: 'capture-1', attempt: 1 }
const quality = { ...EMPTY_QUALITY, samples: 7 }
const finish = (chunkCount: number): Outcome => ({ kind: 'finish', quality, recordedMs: 1000, chunkCount })
const cancelled: Outcome = { kind: 'end', report: { state: 'cancelled', reason: null, message: '', quality } }

let peer: GatewayPeer
let spool: TargetSpool
let folder: string
let stops: CaptureStop[]
let peerTarget: PeerTarget
const stopping = new AbortController()

const credentials: Credentials = { token: () => 'sat_test-token-of-the-agent', renew: async () => undefined }

beforeEach(async () => {
  peer = new GatewayPeer()
  peer.agentTokens.set(credentials.token(), 'host-1')
  await peer.start()
  peerTarget = peer.offer(target, SPEC)
  peerTarget.state = 'accepted'
  stops = []
})
afterEach(() => peer.stop())

async function upload(chunkCount: number): Promise<TargetUpload> {
  folder = await temporaryFolder()
  spool = await (await Spool.open(folder, { maxBytes: 1e8, minFreeBytes: 0 })).forTarget(target)
  for (let i = 0; i < chunkCount; i++) await spool.write('profile', gzipSync(randomBytes(100)))
  return new TargetUpload({
    client: new GatewayClient(peer.url, pino({ level: 'silent' }), 5),
    credentials,
    target,
    spool,
    log: pino({ level: 'silent' }),
    onStop: (stop) => stops.push(stop),
  })
}

/** Chunks on the server are those in the spool, by number and hash. */
function expectAllChunks(): void {
  const stored = [...peerTarget.chunks.values()].sort((a, b) => a.seq - b.seq)
  expect(stored.map(({ seq, sha256 }) => [seq, sha256])).toEqual(spool.chunks.map(({ seq, sha256 }) => [seq, sha256]))
}

const puts = () => peer.requests.filter((request) => request.startsWith('PUT'))

describe('TargetUpload', () => {
  it('reports running, then chunks by number, then the manifest', async () => {
    const job = await upload(3)
    job.attached([COMMAND])
    job.end(finish(3))
    expect(await job.run(stopping.signal)).toEqual({ state: 'done' })
    expectAllChunks()
    const path = 'targets/capture-1/1'
    expect(peer.requests).toEqual([
      `POST /${path}/running`,
      ...[0, 1, 2].map((seq) => `PUT /${path}/chunks/${seq}`),
      `POST /${path}/finish`,
    ])
    expect(peerTarget.commands).toEqual([COMMAND])
    expect(peerTarget.finish).toMatchObject({ quality, recordedMs: 1000 })
  })

  it('gets everything across a server that drops connections, drops its answers and fails, each request in its turn', async () => {
    const job = await upload(12)
    const faults: Fault[] = ['drop', { status: 500 }, 'drop-after', { status: 503 }, { status: 429 }]
    const seen = new Map<string, number>()
    peer.fault = (request) => {
      const times = (seen.get(request) ?? 0) + 1
      seen.set(request, times)
      return times > 2 ? null : (faults[(seen.size + times) % faults.length] ?? null)
    }
    job.attached([COMMAND])
    job.end(finish(12))
    expect(await job.run(stopping.signal)).toEqual({ state: 'done' })
    expectAllChunks()
    expect(stops.filter((stop) => stop.kind !== 'gone')).toEqual([])
  })

  it('goes on when the server was away and comes back, with chunks that were made meanwhile', async () => {
    const job = await upload(1)
    await peer.stop()
    job.attached([COMMAND])
    const running = job.run(stopping.signal)
    await spool.write('profile', gzipSync(randomBytes(100)))
    job.chunkAdded()
    job.end(finish(2))
    await new Promise((resolve) => setTimeout(resolve, 700))
    await peer.start()
    expect(await running).toEqual({ state: 'done' })
    expectAllChunks()
  })

  it('sends again what the server misses at the end', async () => {
    const job = await upload(4)
    job.attached([])
    let forgotten = false
    peer.fault = (request) => {
      if (request.endsWith('finish') && !forgotten) {
        // The server lost two chunks, and holds other bytes under the number of a third.
        forgotten = true
        peerTarget.chunks.delete(1)
        peerTarget.chunks.delete(2)
      }
      return null
    }
    job.end(finish(4))
    expect(await job.run(stopping.signal)).toEqual({ state: 'done' })
    expectAllChunks()
    expect(puts()).toHaveLength(6)
  })

  it('gives up with the reason when the server never gets the chunk it asks for', async () => {
    const job = await upload(2)
    job.attached([])
    peer.fault = (request) => {
      if (request.endsWith('finish')) peerTarget.chunks.delete(1)
      return null
    }
    job.end(finish(2))
    expect(await job.run(stopping.signal)).toEqual({ state: 'failed' })
    expect(peerTarget.end).toMatchObject({ state: 'failed', reason: 'upload-rejected', quality: { partial: true } })
    expect(peerTarget.end?.message).toMatch(/still lacks part 1/)
  })

  it.each([413, 422, 400])('ends with the words of a server that refuses a chunk for good (%i)', async (status) => {
    const job = await upload(3)
    job.attached([])
    peer.fault = (request) => (request.endsWith('chunks/1') ? { status, message: 'string table is torn' } : null)
    job.end(finish(3))
    expect(await job.run(stopping.signal)).toEqual({ state: 'failed' })
    expect(peerTarget.end).toMatchObject({ reason: 'upload-rejected', message: 'The server refused the result: string table is torn' })
    expect(puts()).toEqual(['PUT /targets/capture-1/1/chunks/0', 'PUT /targets/capture-1/1/chunks/1'])
  })

  it('stops the recording when a chunk is refused while it still runs, and reports its end', async () => {
    const job = await upload(1)
    job.attached([])
    peer.fault = (request) => (request.startsWith('PUT') ? { status: 422, message: 'no' } : null)
    const running = job.run(stopping.signal)
    await eventually('a stop', () => stops[0])
    expect(stops).toEqual([{ kind: 'failed', reason: 'upload-rejected', message: 'The server refused the result: no' }])
    job.end({ kind: 'end', report: { state: 'failed', reason: 'upload-rejected', message: 'by the runner', quality } })
    expect(await running).toEqual({ state: 'failed' })
    expect(peerTarget.end?.message).toBe('by the runner')
  })

  it('drops everything at once when the server has already ended the target', async () => {
    for (const state of ['cancelled', 'failed', 'expired', 'done'] as const) {
      const job = await upload(3)
      job.attached([])
      job.end(finish(3))
      peer.requests.length = 0
      peer.fault = (request) => (request.startsWith('PUT') ? { status: 409, state } : null)
      peerTarget.state = 'accepted'
      expect(await job.run(stopping.signal)).toEqual({ state })
      expect(puts()).toHaveLength(1)
      expect(stops.at(-1)).toEqual({ kind: 'gone' })
    }
  })

  it('drops a target that the server does not know', async () => {
    const job = await upload(3)
    job.attached([])
    job.end(finish(3))
    peer.targets.clear()
    expect(await job.run(stopping.signal)).toEqual({ state: null })
  })

  it('brings a result to a server that had given the target up as lost', async () => {
    const job = await upload(3)
    job.attached([COMMAND])
    job.end(finish(3))
    peerTarget.state = 'lost'
    expect(await job.run(stopping.signal)).toEqual({ state: 'done' })
    expectAllChunks()
  })

  it('tells the story from the start to a server that is behind', async () => {
    const job = await upload(2)
    job.attached([COMMAND])
    job.end(cancelled)
    peerTarget.state = 'offered'
    expect(await job.run(stopping.signal)).toEqual({ state: 'cancelled' })
    expectAllChunks()
    expect(peer.requests[1]).toBe('POST /targets/capture-1/1/accept')
  })

  it('passes a cancel on that comes with an answer', async () => {
    const job = await upload(1)
    job.attached([])
    peerTarget.cancelRequested = true
    const running = job.run(stopping.signal)
    await eventually('the cancel', () => stops.some((stop) => stop.kind === 'cancelled'))
    job.end(cancelled)
    expect(await running).toEqual({ state: 'cancelled' })
    // What was spooled before the cancel is kept.
    expectAllChunks()
    expect(peerTarget.end?.quality?.samples).toBe(7)
  })

  it('never passes off a damaged or shrunken result as whole', async () => {
    const damaged = await upload(3)
    damaged.attached([])
    damaged.end(finish(3))
    const inSpool = path.join(folder, 'spool', 'capture-1-1')
    const [, second = ''] = (await readdir(inSpool)).sort()
    await writeFile(path.join(inSpool, second), 'other bytes')
    expect(await damaged.run(stopping.signal)).toEqual({ state: 'failed' })
    expect(peerTarget.end).toMatchObject({ reason: 'internal', quality: { partial: true } })
    expect([...peerTarget.chunks.keys()]).toEqual([0, 2])

    peerTarget.state = 'accepted'
    peerTarget.end = null
    const shrunken = await upload(2)
    shrunken.attached([])
    shrunken.end(finish(3))
    expect(await shrunken.run(stopping.signal)).toEqual({ state: 'failed' })
    expect(peerTarget.end).toMatchObject({ reason: 'internal', message: 'Of 3 parts of the result, 2 are left on the host.' })
    await rm(inSpool, { recursive: true, force: true })
  })

  it('tries an end that is refused again without what may be wrong about it, and then lets go', async () => {
    const job = await upload(0)
    job.end(cancelled)
    peer.fault = () => ({ status: 400, message: 'no such field' })
    expect(await job.run(stopping.signal)).toEqual({ state: null })
    expect(peer.requests).toHaveLength(2)
  })
})
