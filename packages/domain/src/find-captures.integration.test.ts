import { type Actor, MAX_TAGS } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { claimWork } from './claim-work.ts'
import { endTarget } from './end-target.ts'
import { finishTarget } from './finish-target.ts'
import { addIncidentItem } from './incident-items.ts'
import { createIncident } from './incidents.ts'
import { indexCaptures } from './index-captures.ts'
import { listCaptures } from './list-captures.ts'
import { reapTargets } from './reap-targets.ts'
import { runTarget } from './run-target.ts'
import { storeChunk } from './store-chunk.ts'
import { listTags, readTags, tagCapture } from './tag-capture.ts'
import {
  createWorld,
  EVERY_COLLECTOR,
  manifestOf,
  profileChunk,
  profileOf,
  QUALITY,
  refOf,
  snapshotOf,
  syscallsChunk,
  type TestChunk,
  type World,
} from './testing/index.ts'

let world: World
let operator: Extract<Actor, { kind: 'user' }>
let viewer: Actor
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  operator = await world.actor('operator')
  viewer = await world.actor('viewer')
})

const noError = (id: string, error: unknown) => expect.unreachable(`${id}: ${error}`)
const found = async (search: string) => (await listCaptures(viewer, world.app, { search })).items.map((item) => item.id)

async function begin(id: string, host: AgentHost): Promise<void> {
  await claimWork(host, world.app)
  await acceptTarget(host, world.app, refOf(id))
  await runTarget(host, world.app, refOf(id), { commands: [] })
}
async function finish(id: string, host: AgentHost, chunks: TestChunk[]): Promise<void> {
  for (const chunk of chunks) await storeChunk(host, world.app, refOf(id), chunk)
  await finishTarget(host, world.app, refOf(id), { manifest: manifestOf(chunks), quality: QUALITY, recordedMs: 5_000 })
}
async function recorded(host: AgentHost, stacks: string[], calls = 0): Promise<string> {
  const id = await world.capture([host], EVERY_COLLECTOR)
  await begin(id, host)
  const chunks = [profileChunk(0, profileOf(host.id, stacks))]
  if (calls > 0) chunks.push(syscallsChunk(1, snapshotOf(calls)))
  await finish(id, host, chunks)
  return id
}

describe('names in results', () => {
  it('find the captures that hold them, with their share; of no capture that still runs', async () => {
    const host = await world.host()
    const json = await recorded(host, ['main;json_encode', 'main;json_encode', 'main;json_encode', 'main;render'], 7)
    const other = await recorded(host, ['main;render', 'main;render'])
    const running = await world.capture([host])
    expect(await found('function:json_encode')).toEqual([])
    expect(await indexCaptures(world.app, noError)).toBe(2)
    expect(await indexCaptures(world.app, noError)).toBe(0)
    expect(await found('function:json_encode')).toEqual([json])
    expect(await found('fn:JSON_enc')).toEqual([json])
    expect(await found('function:render')).toEqual([other, json])
    expect(await found('syscall:write')).toEqual([json])
    expect(await found('function:write')).toEqual([])
    expect(await found('function:render syscall:write')).toEqual([json])
    expect(await found('json_encode')).toEqual([json])
    expect(await found('function:jsonXencode function:%')).toEqual([])
    expect(await found('')).toEqual([running, other, json])
    const [item] = (await listCaptures(viewer, world.app, { search: 'function:e syscall:write' })).items
    expect(item?.found).toEqual([
      { kind: 'syscall', text: 'write', share: 1 },
      { kind: 'function', text: 'json_encode', share: 0.75 },
      { kind: 'function', text: 'render', share: 0.25 },
    ])
    expect((await listCaptures(viewer, world.app, { search: 'host:host-' })).items.map((one) => one.found)).toEqual([[], [], []])
  })

  it('are hostile: long, with NUL, quotes and halves of characters', async () => {
    const host = await world.host()
    const long = 'x'.repeat(60_000)
    const id = await recorded(host, [`${long}`, "'; DROP TABLE terms; --", 'nul\0nul', `${'y'.repeat(199)}😀`, '0xdeadbeef', '[unknown]'])
    expect(await indexCaptures(world.app, noError)).toBe(1)
    expect(await found(`function:${'x'.repeat(150)}`)).toEqual([id])
    expect(await found('function:"DROP TABLE"')).toEqual([id])
    expect(await found('function:nul')).toEqual([id])
    expect(await found(`function:${'y'.repeat(199)}`)).toEqual([id])
    expect(await found('function:0xdead')).toEqual([])
    expect(await found('function:unknown')).toEqual([])
  })

  it('are read again when a lost host comes back; one at a time, whoever asks; gone with the capture', async () => {
    const [a, b] = [await world.host('alpha'), await world.host('beta')]
    const id = await world.capture([a, b])
    await begin(id, a)
    await begin(id, b)
    await finish(id, a, [profileChunk(0, profileOf(a.id, ['main;early']))])
    await world.age(id, 600_000)
    await reapTargets(world.app)
    const counts = await Promise.all([indexCaptures(world.app, noError), indexCaptures(world.app, noError)])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(await found('function:late')).toEqual([])
    await finish(id, b, [profileChunk(0, profileOf(b.id, ['main;late']))])
    expect(await indexCaptures(world.app, noError)).toBe(1)
    expect(await found('function:late')).toEqual([id])
    expect(await found('function:early')).toEqual([id])
    await world.app.db.pool.query('DELETE FROM captures')
    expect((await world.app.db.pool.query('SELECT FROM capture_terms')).rowCount).toBe(0)
  })

  it('are read again when a host comes back while they are read', async () => {
    const [a, b] = [await world.host('alpha'), await world.host('beta')]
    const id = await world.capture([a, b])
    await begin(id, a)
    await begin(id, b)
    await finish(id, a, [profileChunk(0, profileOf(a.id, ['main;early']))])
    await world.age(id, 600_000)
    await reapTargets(world.app)
    const latest = vi.spyOn(world.app.blobs, 'latest').mockImplementationOnce(async () => {
      await finish(id, b, [profileChunk(0, profileOf(b.id, ['main;late']))])
      return []
    })
    await indexCaptures(world.app, noError)
    latest.mockRestore()
    await indexCaptures(world.app, noError)
    expect(await found('function:late')).toEqual([id])
    expect(await indexCaptures(world.app, noError)).toBe(0)
  })

  it('of a result that cannot be read are none, and that is told once', async () => {
    const host = await world.host()
    const id = await recorded(host, ['main'])
    await world.app.db.pool.query(`UPDATE chunks SET data = set_byte(data, 0, 0)`)
    const errors: string[] = []
    expect(await indexCaptures(world.app, (captureId) => errors.push(captureId))).toBe(1)
    expect(await indexCaptures(world.app, noError)).toBe(0)
    expect(errors).toEqual([id])
  })

  it('of a refused capture are none, and it is left in peace', async () => {
    const host = await world.host()
    const id = await world.capture([host])
    await claimWork(host, world.app)
    await endTarget(host, world.app, refOf(id), { state: 'refused', reason: 'perf-missing', message: 'no perf' })
    expect(await indexCaptures(world.app, noError)).toBe(1)
    expect(await indexCaptures(world.app, noError)).toBe(0)
  })
})

describe('labels, hosts, people', () => {
  it('find captures by what their hosts are', async () => {
    const [a, b] = [await world.host('web-1', { env: 'prod', service: 'checkout' }), await world.host('db-1', { env: 'staging' })]
    const [web, both] = [await world.capture([a]), await world.capture([a, b])]
    expect(await found('env=prod')).toEqual([both, web])
    expect(await found('label:env=staging')).toEqual([both])
    expect(await found('label:service')).toEqual([both, web])
    expect(await found('env=pro')).toEqual([])
    expect(await found('host:web host:db')).toEqual([both])
    expect(await found('by:operator')).toEqual([both, web])
    expect(await found('by:nobody')).toEqual([])
  })
})

describe('a search of many words', () => {
  it('is refused in words, not cut', async () => {
    await expect(found('a b c d e f g h i j')).resolves.toEqual([])
    await expect(found('a b c d e f g h i j k')).rejects.toMatchObject({ code: 'invalid', message: 'a search has at most 10 words' })
  })
})

describe('tags', () => {
  it('are given, taken, found and counted', async () => {
    const host = await world.host()
    const [one, two] = [await world.capture([host]), await world.capture([host])]
    for (const id of [one, two, one]) await tagCapture(operator, world.app, { id, tag: 'queue-down', on: true })
    await tagCapture(operator, world.app, { id: one, tag: 'a', on: true })
    expect(await readTags(viewer, world.app, { id: one })).toEqual(['a', 'queue-down'])
    expect(await listTags(viewer, world.app)).toEqual([
      { tag: 'queue-down', captures: 2 },
      { tag: 'a', captures: 1 },
    ])
    expect(await found('tag:queue')).toEqual([two, one])
    expect(await found('queue-down')).toEqual([two, one])
    await tagCapture(operator, world.app, { id: two, tag: 'queue-down', on: false })
    expect(await found('tag:queue')).toEqual([one])
    await expect(tagCapture(viewer, world.app, { id: one, tag: 'x', on: true })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(tagCapture(operator, world.app, { id: 'no-such-capture', tag: 'x', on: true })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('are at most twenty, also when two people add the last one at once', async () => {
    const id = await world.capture([await world.host()])
    for (let i = 1; i < MAX_TAGS; i++) await tagCapture(operator, world.app, { id, tag: `t${i}`, on: true })
    const both = await Promise.allSettled(['x', 'y'].map((tag) => tagCapture(operator, world.app, { id, tag, on: true })))
    expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await readTags(viewer, world.app, { id })).toHaveLength(MAX_TAGS)
  })
})

describe('deploys', () => {
  it('find what was recorded before and after them', async () => {
    const host = await world.host()
    const [before, after, other] = [await world.capture([host]), await world.capture([host]), await world.capture([host])]
    await world.app.db.pool.query(
      `INSERT INTO deploys (id, service, version, sha, state, source) VALUES ('deploy-1', 'checkout', '2.4.1', 'abc123', 'finished', 'api')`,
    )
    await world.app.db.pool.query(
      `INSERT INTO deploy_pairs (id, deploy_id, person_id, title, host_ids, before_capture_id, after_capture_id)
       VALUES ('pair-1', 'deploy-1', $1, 'x', '{}', $2, $3)`,
      [operator.userId, before, after],
    )
    for (const search of ['deploy:checkout', 'deploy:2.4', 'deploy:abc1', 'deploy:"checkout 2.4.1"'])
      expect(await found(search)).toEqual([after, before])
    expect(await found('deploy:payment')).toEqual([])
    expect(await found('')).toContain(other)
  })
})

describe('notes', () => {
  it('find the captures of their incident', async () => {
    const host = await world.host()
    const [one, two] = [await world.capture([host]), await world.capture([host])]
    const incident = await createIncident(operator, world.app, { title: 'Checkout is slow' })
    await addIncidentItem(operator, world.app, {
      incidentId: incident.id,
      item: { kind: 'capture', captureId: one, view: '', text: 'the queue is down' },
    })
    expect(await found('note:"queue is"')).toEqual([one])
    expect(await found('note:checkout')).toEqual([one])
    expect(await found('"queue is down"')).toEqual([])
    expect(await found('note:nothing')).toEqual([])
    expect([two]).toHaveLength(1)
  })
})
