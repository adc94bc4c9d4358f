import { gzipSync } from 'node:zlib'
import { CHUNK_LIMITS } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { claimWork } from './claim-work.ts'
import { runTarget } from './run-target.ts'
import { MAX_TARGET_BYTES, storeChunk } from './store-chunk.ts'
import {
  chunkOf,
  countsOf,
  createWorld,
  EVERY_COLLECTOR,
  jsonChunk,
  profileChunk,
  profileOf,
  refOf,
  SPEC,
  type TestChunk,
  type World,
} from './testing/index.ts'

let world: World
let host: AgentHost
let id: string
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  host = await world.host()
  id = await world.capture([host], EVERY_COLLECTOR)
  await claimWork(host, world.app)
  await acceptTarget(host, world.app, refOf(id))
  await runTarget(host, world.app, refOf(id), { commands: [] })
})

describe('storeChunk refuses, says why, and the target shows it', () => {
  const good = () => profileChunk(0, profileOf(host.id, ['main;work']))
  const cases: Array<[string, string, () => TestChunk]> = [
    ['too many bytes', 'too-large', () => chunkOf(0, 'profile', Buffer.alloc(CHUNK_LIMITS.maxCompressedBytes + 1), { gzip: false })],
    ['too many bytes when unpacked', 'too-large', () => chunkOf(0, 'profile', Buffer.alloc(CHUNK_LIMITS.maxRawBytes + 1))],
    ['a number beyond the last', 'too-large', () => ({ ...good(), seq: CHUNK_LIMITS.maxChunksPerTarget })],
    ['another hash than announced', 'unprocessable', () => ({ ...good(), sha256: 'a'.repeat(64) })],
    ['gzip that was cut off', 'unprocessable', () => chunkOf(0, 'profile', gzipSync('x'.repeat(100)).subarray(0, 12), { gzip: false })],
    ['another host’s profile', 'unprocessable', () => profileChunk(0, profileOf('some-other-host', ['x']))],
    ['a broken snapshot', 'unprocessable', () => chunkOf(0, 'syscalls', '{"version":1}')],
    ['another unit than the instrument’s', 'unprocessable', () => profileChunk(0, profileOf(host.id, ['x'], { unit: 'bytes' }))],
    ['rows of a probe that is not named', 'unprocessable', () => jsonChunk(0, 'counts', { ...countsOf(1), probes: [] })],
    ['a time long after the end', 'unprocessable', () => jsonChunk(0, 'counts', countsOf(1, { atMs: 1e9 }))],
  ]
  it.each(cases)('%s', async (_, code, make) => {
    const words: { message: string } = { message: '' }
    await storeChunk(host, world.app, refOf(id), make()).catch((error: Error) => {
      expect(error).toMatchObject({ code })
      words.message = error.message
    })
    expect(words.message).not.toBe('')
    expect(await world.target(id, host)).toMatchObject({ state: 'failed', reason: 'upload-rejected', message: words.message })
    expect((await world.app.db.pool.query('SELECT FROM chunks')).rowCount).toBe(0)
    await expect(storeChunk(host, world.app, refOf(id), good())).rejects.toMatchObject({ code: 'conflict', details: { state: 'failed' } })
  })

  it('what the capture did not ask for', async () => {
    const other = await world.capture([host], SPEC)
    await claimWork(host, world.app)
    await acceptTarget(host, world.app, refOf(other))
    await expect(storeChunk(host, world.app, refOf(other), jsonChunk(0, 'counts', countsOf(1)))).rejects.toMatchObject({
      code: 'unprocessable',
      message: 'part 0 holds counts, which this capture does not record',
    })
    expect(await world.target(other, host)).toMatchObject({ state: 'failed', reason: 'upload-rejected' })
  })

  it('more than a target may hold', async () => {
    await world.app.db.pool.query('UPDATE targets SET stored_bytes = $1', [MAX_TARGET_BYTES - 10])
    await expect(storeChunk(host, world.app, refOf(id), good())).rejects.toMatchObject({ code: 'too-large' })
    expect(await world.target(id, host)).toMatchObject({ state: 'failed', reason: 'upload-rejected' })
  })

  it('another content under a number that is taken, without failing the target', async () => {
    await storeChunk(host, world.app, refOf(id), good())
    const other = profileChunk(0, profileOf(host.id, ['main;other']))
    await expect(storeChunk(host, world.app, refOf(id), other)).rejects.toMatchObject({ code: 'conflict', details: { state: 'running' } })
    expect((await world.target(id, host)).state).toBe('running')
  })
})

it('a whole capture’s chunks arrive at once and doubled: each is stored once', async () => {
  const chunks = Array.from({ length: 20 }, (_, i) => profileChunk(i, profileOf(host.id, [`main;f${i}`])))
  const replies = await Promise.all([...chunks, ...chunks].map((chunk) => storeChunk(host, world.app, refOf(id), chunk)))
  expect(replies.filter((r) => r.stored)).toHaveLength(20)
  expect(replies.filter((r) => r.duplicate)).toHaveLength(20)
  expect(await world.target(id, host)).toMatchObject({ chunk_counts: { profile: 20 } })
})
