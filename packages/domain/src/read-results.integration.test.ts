import { gunzipSync } from 'node:zlib'
import { type Actor, countsQuerySchema, eventsQuerySchema, latencyQuerySchema, syscallTimesQuerySchema } from '@sonde/contract'
import { decodeProfile } from '@sonde/profile'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { claimWork } from './claim-work.ts'
import { deleteCapture } from './delete-capture.ts'
import { getCapture } from './get-capture.ts'
import { readCounters } from './read-counters.ts'
import { readCounts } from './read-counts.ts'
import { readEvents } from './read-events.ts'
import { readLatency } from './read-latency.ts'
import { readProfile } from './read-profile.ts'
import { readSyscallTimes } from './read-syscall-times.ts'
import { readSyscalls } from './read-syscalls.ts'
import { rerunCapture } from './rerun-capture.ts'
import { runTarget } from './run-target.ts'
import { storeChunk } from './store-chunk.ts'
import {
  countersOf,
  countsOf,
  createWorld,
  EVERY_COLLECTOR,
  eventsOf,
  jsonChunk,
  latencyOf,
  profileChunk,
  profileOf,
  refOf,
  snapshotOf,
  syscallsChunk,
  type TestChunk,
  type World,
} from './testing/index.ts'

let world: World
let viewer: Actor
let hosts: AgentHost[]
let id: string
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  viewer = await world.actor('viewer')
  hosts = [await world.host('alpha'), await world.host('beta')]
  id = await world.capture(hosts, EVERY_COLLECTOR)
  for (const host of hosts) {
    await claimWork(host, world.app)
    await acceptTarget(host, world.app, refOf(id))
    await runTarget(host, world.app, refOf(id), { commands: [] })
  }
  // beta began two seconds later
  await world.app.db.pool.query(
    `UPDATE targets SET started_at = now() + CASE WHEN host_id = $1 THEN interval '2 s' ELSE interval '0' END WHERE capture_id = $2`,
    [hosts[1]?.id, id],
  )
})

const store = async (host: AgentHost | undefined, ...chunks: TestChunk[]) => {
  if (!host) throw new Error('no such host')
  for (const chunk of chunks) await storeChunk(host, world.app, refOf(id), chunk)
}
const counts = (over: object = {}) => readCounts(viewer, world.app, countsQuerySchema.parse({ id, ...over }))
const latency = (over: object = {}) => readLatency(viewer, world.app, latencyQuerySchema.parse({ id, ...over }))
const events = (over: object = {}) => readEvents(viewer, world.app, eventsQuerySchema.parse({ id, ...over }))
const counters = (over: object = {}) => readCounters(viewer, world.app, { id, ...over })

describe('results of the other collectors', () => {
  it('grow with what comes in, from both hosts, and read the same from nothing', async () => {
    const [a, b] = hosts
    expect((await counts()).total.count).toBe(0)
    for (let i = 0; i < 5; i++) {
      await store(
        a,
        jsonChunk(i * 10, 'counts', countsOf(10, { atMs: i * 1_000 })),
        jsonChunk(i * 10 + 1, 'latency', latencyOf([[8 + i, 3]])),
      )
      await store(
        b,
        jsonChunk(i * 10, 'events', eventsOf([i * 10])),
        jsonChunk(i * 10 + 1, 'counters', countersOf(100, { atMs: i * 1_000 })),
      )
      await store(b, jsonChunk(i * 10 + 2, 'counts', countsOf(1, { atMs: i * 1_000, comm: 'other' })))
      expect((await counts()).total.count).toBe((i + 1) * 22)
      expect((await latency()).total.count).toBe((i + 1) * 3)
      expect((await events()).matching).toBe(i + 1)
      expect((await counters()).series.map((s) => s.value)).toEqual([(i + 1) * 100, (i + 1) * 50])
    }
    const seen = [await counts(), await latency(), await events(), await counters()]
    for (const cache of Object.values(world.app.merges))
      for (const kind of ['counts', 'latency', 'events', 'counters']) cache.drop(`${id}/${kind}`)
    expect([await counts(), await latency(), await events(), await counters()]).toEqual(seen)
    expect((await getCapture(viewer, world.app, { id })).resultVersion).toEqual({
      profile: 0,
      syscalls: 0,
      offcpu: 0,
      counts: 10,
      latency: 5,
      events: 5,
      counters: 5,
    })
  })

  it('lie where the server saw each host begin', async () => {
    const [a, b] = hosts
    await store(a, jsonChunk(0, 'counts', countsOf(10)))
    await store(b, jsonChunk(0, 'counts', countsOf(1)), jsonChunk(1, 'events', eventsOf([500])))
    const { rows, grid } = await counts({ by: 'host' })
    expect(grid.coveredMs).toEqual([1_000, 1_000, 1_000, 1_000])
    expect(rows.map((row) => [row.hostName, row.counts])).toEqual([
      ['alpha', [10, 10, 0, 0]],
      ['beta', [0, 0, 1, 1]],
    ])
    expect((await events()).rows[0]?.timeUs).toBe(2_500_000)
  })

  it('narrow to a process of one host', async () => {
    for (const [i, host] of hosts.entries())
      await store(
        host,
        jsonChunk(0, 'counts', countsOf(10 + i)),
        jsonChunk(1, 'latency', latencyOf([[10, 2 + i]])),
        jsonChunk(2, 'events', eventsOf([1])),
      )
    const process = { hostId: hosts[1]?.id ?? '', pid: 42 }
    expect((await counts({ process })).total.count).toBe(22)
    expect((await latency({ process })).total.count).toBe(3)
    expect((await events({ process })).matching).toBe(1)
    expect((await events({ process: { ...process, pid: 43 } })).matching).toBe(0)
  })

  it('are read once by many at once, and each reader has at least what it asked for', async () => {
    const [a] = hosts
    await Promise.all(
      Array.from({ length: 20 }, async (_, seq) => {
        await store(a, jsonChunk(seq, 'counts', countsOf(1, { atMs: seq * 100 })))
        const before = (await getCapture(viewer, world.app, { id })).resultVersion.counts
        expect((await counts()).total.count).toBeGreaterThanOrEqual(before * 2)
      }),
    )
    expect((await counts()).total.count).toBe(40)
  })

  it('are gone with the capture, for strangers closed, and unknown ones not found', async () => {
    await store(hosts[0], jsonChunk(0, 'counts', countsOf(1)), jsonChunk(1, 'events', eventsOf([1])))
    await counts()
    expect(world.app.merges.counts.get(`${id}/counts`)).toBeDefined()
    await expect(readCounts({ kind: 'anonymous' }, world.app, countsQuerySchema.parse({ id }))).rejects.toMatchObject({
      code: 'not-signed-in',
    })
    await deleteCapture(await world.actor('admin'), world.app, { id })
    for (const read of [counts, latency, events, counters]) await expect(read()).rejects.toMatchObject({ code: 'not-found' })
    expect([world.app.merges.counts.get(`${id}/counts`), world.app.merges.events.get(`${id}/events`)]).toEqual([undefined, undefined])
  })
})

describe('system calls over time', () => {
  const times = (over: object = {}) => readSyscallTimes(viewer, world.app, syscallTimesQuerySchema.parse({ id, ...over }))
  const table = async (window?: { fromMs: number; toMs: number }) => {
    const read = await readSyscalls(viewer, world.app, { id, window })
    return read.hosts.map(({ hostName, snapshot, bounds }) => [hostName, snapshot.rows[0]?.calls, bounds?.slices ?? null])
  }

  it('grow with each snapshot, and a window takes whole slices of each host', async () => {
    const [a, b] = hosts
    expect(await times()).toMatchObject({ syscalls: [], hosts: [], bounds: null })
    expect(await table({ fromMs: 0, toMs: 1_000 })).toEqual([])
    for (let i = 1; i <= 4; i++) {
      await store(a, syscallsChunk(i, { ...snapshotOf(i * 10), elapsedMs: i * 1_000 }))
      await store(b, syscallsChunk(i, { ...snapshotOf(i * 100), elapsedMs: i * 1_000 }))
      expect((await times()).syscalls).toMatchObject([{ name: 'write', calls: i * 110 }])
    }
    // beta began two seconds later
    expect((await times()).syscalls[0]?.counts).toEqual([10, 10, 110, 110, 100, 100])
    expect(await table()).toEqual([
      ['alpha', 40, null],
      ['beta', 400, null],
    ])
    expect(await table({ fromMs: 1_000, toMs: 3_000 })).toEqual([
      ['alpha', 20, 2],
      ['beta', 100, 1],
    ])
    expect(await table({ fromMs: 4_000, toMs: 6_000 })).toEqual([['beta', 200, 2]])
    const seen = await times()
    world.app.merges.syscalls.drop(`${id}/syscalls`)
    expect(await times()).toEqual(seen)
  })

  it('one that comes late changes nothing; strangers and unknown captures get nothing', async () => {
    const [a] = hosts
    await store(a, syscallsChunk(2, { ...snapshotOf(20), elapsedMs: 2_000 }))
    await times()
    await store(a, syscallsChunk(1, { ...snapshotOf(10), elapsedMs: 1_000 }))
    expect((await times()).syscalls).toMatchObject([{ calls: 20 }])
    const query = syscallTimesQuerySchema.parse({ id })
    await expect(readSyscallTimes({ kind: 'anonymous' }, world.app, query)).rejects.toMatchObject({ code: 'not-signed-in' })
    await expect(times({ id: 'nothing-here' })).rejects.toMatchObject({ code: 'not-found' })
  })
})

it('a capture has two profiles: on the CPU, in samples, and off it, in ns', async () => {
  const [a] = hosts
  if (!a) throw new Error('no host')
  await store(
    a,
    profileChunk(0, profileOf(a.id, ['main;work'])),
    profileChunk(1, profileOf(a.id, ['main;wait', 'main;wait'], { unit: 'ns' }), 'offcpu'),
  )
  const read = async (kind: 'profile' | 'offcpu') => decodeProfile(gunzipSync((await readProfile(viewer, world.app, { id, kind })).gzip))
  expect([await read('profile'), await read('offcpu')].map((p) => [p.meta.unit, p.samples.length])).toEqual([
    ['samples', 1],
    ['ns', 2],
  ])
  expect(decodeProfile(gunzipSync((await readProfile(viewer, world.app, { id })).gzip)).meta.unit).toBe('samples')
})

it('hosts that count different things are not added up', async () => {
  const { recipe, version, durationMs } = EVERY_COLLECTOR
  const probe = { kind: 'kprobe' as const, function: 'kmalloc', at: 'entry' as const }
  const stacks = { collector: 'stacks' as const, probe, sample: { by: 'period' as const, every: 1 }, sides: 'both' as const, when: [] }
  id = await world.capture(hosts, { version, recipe, durationMs, instruments: [stacks] })
  for (const [i, host] of hosts.entries()) {
    await claimWork(host, world.app)
    await acceptTarget(host, world.app, refOf(id))
    await store(host, profileChunk(0, profileOf(host.id, ['x'], { unit: i === 0 ? 'count' : 'samples' })))
  }
  await expect(readProfile(viewer, world.app, { id })).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringMatching(/cannot be added up: .*(count and samples|samples and count)/),
  })
})

it('a capture of the first version runs again', async () => {
  const operator = await world.actor('operator')
  // as the migration leaves it
  await world.app.db.pool.query(
    `UPDATE captures SET title = 'old', spec = '{"version":2,"recipe":"cpu-and-syscalls","instruments":[{"collector":"stacks","probe":{"kind":"pmu","event":"cpu"},"sample":{"by":"frequency","hz":99},"sides":"both","when":[]},{"collector":"syscalls"}],"durationMs":30000}' WHERE id = $1`,
    [id],
  )
  const again = await rerunCapture(operator, world.app, { id })
  expect(await getCapture(viewer, world.app, again)).toMatchObject({
    title: 'old',
    spec: { instruments: [{ sample: { hz: 99 } }, { collector: 'syscalls' }] },
  })
})
