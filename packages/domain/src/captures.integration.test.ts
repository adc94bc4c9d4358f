import { gunzipSync } from 'node:zlib'
import { type Actor, type CaptureView, specOfRecipe } from '@sonde/contract'
import { decodeProfile, encodeProfile, mergeProfiles, toFolded } from '@sonde/profile'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { claimWork } from './claim-work.ts'
import { deleteCapture } from './delete-capture.ts'
import { endTarget } from './end-target.ts'
import { finishTarget } from './finish-target.ts'
import { getCapture } from './get-capture.ts'
import { listCaptures } from './list-captures.ts'
import { readProfile, readProfileVersion } from './read-profile.ts'
import { readSyscalls } from './read-syscalls.ts'
import { removeHost } from './remove-host.ts'
import { rerunCapture } from './rerun-capture.ts'
import { runTarget } from './run-target.ts'
import { startCapture } from './start-capture.ts'
import { storeChunk } from './store-chunk.ts'
import {
  createWorld,
  EVERY_COLLECTOR,
  manifestOf,
  profileChunk,
  profileOf,
  QUALITY,
  refOf,
  SPEC,
  snapshotOf,
  syscallsChunk,
  type TestChunk,
  type World,
} from './testing/index.ts'
import { watchCapture } from './watch-capture.ts'

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

async function run(id: string, host: AgentHost): Promise<void> {
  await claimWork(host, world.app)
  await acceptTarget(host, world.app, refOf(id))
  await runTarget(host, world.app, refOf(id), {
    commands: [{ collector: 'stacks', tool: 'perf', toolVersion: '6.1', argv: ['perf', 'record'], env: {}, program: null }],
  })
}
async function finish(id: string, host: AgentHost, chunks: TestChunk[]): Promise<void> {
  for (const chunk of chunks) await storeChunk(host, world.app, refOf(id), chunk)
  await finishTarget(host, world.app, refOf(id), { manifest: manifestOf(chunks), quality: QUALITY, recordedMs: 5_000 })
}

describe('startCapture', () => {
  it('names itself, takes every host once, and makes nothing when one is unknown', async () => {
    const [a, b, c] = [await world.host('alpha'), await world.host('beta'), await world.host('gamma')]
    const one = await startCapture(operator, world.app, { hostIds: [a.id, a.id], spec: SPEC })
    expect(await getCapture(viewer, world.app, one)).toMatchObject({
      title: 'CPU profile of alpha',
      state: 'queued',
      targets: [{ hostName: 'alpha', state: 'queued', attempt: 1, chunks: 0 }],
    })
    const many = await startCapture(operator, world.app, { hostIds: [c.id, b.id, a.id], spec: SPEC, title: '' })
    expect((await getCapture(viewer, world.app, many)).title).toBe('CPU profile of alpha and 2 more')
    await expect(startCapture(operator, world.app, { hostIds: [a.id, 'unknown-host'], spec: SPEC })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect((await listCaptures(viewer, world.app, {})).items).toHaveLength(2)
  })
})

describe('getCapture', () => {
  it('shows what every host did', async () => {
    const [a, b] = [await world.host('alpha'), await world.host('beta')]
    const id = await world.capture([a, b], EVERY_COLLECTOR)
    await run(id, a)
    expect(await getCapture(viewer, world.app, { id })).toMatchObject({ state: 'running', endedAt: null })
    const chunks = [profileChunk(0, profileOf(a.id, ['main;work'])), syscallsChunk(1, snapshotOf(5))]
    await finish(id, a, chunks)
    await claimWork(b, world.app)
    await endTarget(b, world.app, refOf(id), { state: 'refused', reason: 'perf-missing', message: 'no perf' })
    const view = await getCapture(viewer, world.app, { id })
    expect(view).toMatchObject({
      state: 'partial',
      endedAt: expect.any(Date),
      resultVersion: { profile: 1, syscalls: 1, offcpu: 0, counts: 0, latency: 0, events: 0, counters: 0 },
      targets: [
        {
          hostName: 'alpha',
          state: 'done',
          chunks: 2,
          recordedMs: 5_000,
          quality: { samples: 10 },
          commands: [{ argv: ['perf', 'record'] }],
          startedAt: expect.any(Date),
        },
        { hostName: 'beta', state: 'refused', reason: 'perf-missing', message: 'no perf', chunks: 0, quality: null },
      ],
    })
    expect(view.targets[0]?.bytes).toBe(chunks.reduce((sum, c) => sum + c.bytes.length, 0))
  })
})

describe('watchCapture', () => {
  it('yields each change and ends with the last one; another watcher shares its poller', async () => {
    const host = await world.host()
    const id = await world.capture([host])
    const states: string[] = []
    const watch = async () => {
      const views: CaptureView[] = []
      for await (const view of await watchCapture(viewer, world.app, { id })) views.push(view)
      return views
    }
    const first = watch().then((views) => {
      states.push(...views.map((v) => v.state))
      return views
    })
    const second = watch()
    await new Promise((r) => setTimeout(r, 700))
    expect(world.app.feeds.active).toBe(1)
    await run(id, host)
    await new Promise((r) => setTimeout(r, 700))
    await finish(id, host, [profileChunk(0, profileOf(host.id, ['x']))])
    const [views, others] = await Promise.all([first, second])
    expect(states).toEqual(['queued', 'running', 'done'])
    expect(others.at(-1)).toMatchObject({ state: 'done', resultVersion: { profile: 1 } })
    expect(views.at(-1)?.endedAt).toBeInstanceOf(Date)
    expect(world.app.feeds.active).toBe(0)
  })

  it('throws for what is not there before it yields anything', async () => {
    await expect(watchCapture(viewer, world.app, { id: 'no-such-capture' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(watchCapture({ kind: 'anonymous' }, world.app, { id: 'x' })).rejects.toMatchObject({ code: 'not-signed-in' })
  })
})

describe('readProfile', () => {
  const folded = async (id: string) => {
    const { gzip, version } = await readProfile(viewer, world.app, { id })
    return { lines: toFolded(decodeProfile(gunzipSync(gzip))).sort(), version }
  }

  it('is the merge of all chunks of all hosts, however they came in, and grows with them', async () => {
    const hosts = [await world.host('alpha'), await world.host('beta')]
    const id = await world.capture(hosts)
    expect(await folded(id)).toEqual({ lines: [], version: 0 })
    const startMs = Date.now()
    const all: ReturnType<typeof profileOf>[] = []
    for (const host of hosts) await run(id, host)
    for (let seq = 0; seq < 70; seq++) {
      const host = hosts[seq % 2]
      if (!host) continue
      const profile = profileOf(host.id, [`main;f${seq % 5}`, 'main;idle'], {
        startMs: startMs + 1_000 * (70 - seq),
        pid: 10 + (seq % 3),
      })
      all.push(profile)
      await storeChunk(host, world.app, refOf(id), profileChunk(seq, profile))
      if (seq % 13 !== 0 && seq !== 69) continue
      const expected = toFolded(mergeProfiles(all)).sort()
      expect(await folded(id)).toEqual({ lines: expected, version: all.length })
      expect(await readProfileVersion(viewer, world.app, { id })).toBe(all.length)
      // and from nothing, without what is cached
      world.app.profiles.drop(`${id}/profile`)
      expect((await folded(id)).lines).toEqual(expected)
    }
  })

  it('gives the same bytes for the same version, and merges once for many readers', async () => {
    const host = await world.host()
    const id = await world.capture([host])
    await run(id, host)
    await storeChunk(host, world.app, refOf(id), profileChunk(0, profileOf(host.id, ['a;b'])))
    const reads = await Promise.all(Array.from({ length: 5 }, () => readProfile(viewer, world.app, { id })))
    for (const read of reads) expect(read.gzip).toBe(reads[0]?.gzip)
    expect(world.app.profiles.get(`${id}/profile`)?.gzip).toBe(reads[0]?.gzip)
  })

  it('moves a host whose clock is plainly wrong to where the server saw it start', async () => {
    const hosts = [await world.host('right'), await world.host('wrong')]
    const id = await world.capture(hosts)
    const now = Date.now()
    for (const [i, host] of hosts.entries()) {
      await run(id, host)
      const startMs = i === 0 ? now : 1_000 // 1970
      for (const seq of [0, 1]) {
        await storeChunk(host, world.app, refOf(id), profileChunk(seq, profileOf(host.id, ['a'], { startMs: startMs + seq * 2_000 })))
        await readProfile(viewer, world.app, { id }) // in steps, as when somebody watches
      }
    }
    const { meta, samples } = decodeProfile(gunzipSync((await readProfile(viewer, world.app, { id })).gzip))
    expect(Math.abs(meta.startMs - now)).toBeLessThan(30_000)
    expect(meta.durationMs).toBeLessThan(30_000)
    expect(samples.length).toBe(4)
    const timesMs = [...samples.timeUs].map((us) => us / 1000)
    expect(Math.max(...timesMs) - Math.min(...timesMs)).toBeLessThan(30_000)
  })

  it('is empty, and readable, for a capture without samples', async () => {
    const host = await world.host()
    const id = await world.capture([host])
    const { gzip } = await readProfile(viewer, world.app, { id })
    expect(encodeProfile(decodeProfile(gunzipSync(gzip))).length).toBeGreaterThan(0)
    await expect(readProfile(viewer, world.app, { id: 'no-such-capture' })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('readSyscalls', () => {
  it('is the latest snapshot of each host', async () => {
    const hosts = [await world.host('beta'), await world.host('alpha')]
    const id = await world.capture(hosts, EVERY_COLLECTOR)
    expect(await readSyscalls(viewer, world.app, { id })).toEqual({ hosts: [], untimed: 0 })
    for (const host of hosts) {
      await run(id, host)
      for (const [seq, calls] of [
        [0, 1],
        [2, 30],
        [1, 2],
      ] as const)
        await storeChunk(host, world.app, refOf(id), syscallsChunk(seq, snapshotOf(calls)))
    }
    const { hosts: found } = await readSyscalls(viewer, world.app, { id })
    expect(found.map((h) => [h.hostName, h.snapshot.rows[0]?.calls])).toEqual([
      ['alpha', 30],
      ['beta', 30],
    ])
  })
})

describe('listCaptures', () => {
  it('pages through all of them once, newest first, also those of one moment', async () => {
    const host = await world.host()
    const ids: string[] = []
    for (let i = 0; i < 25; i++)
      ids.push((await startCapture(operator, world.app, { hostIds: [host.id], spec: SPEC, title: `number ${i}` })).id)
    await world.app.db.pool.query(
      `UPDATE captures SET created_at = '2026-01-01' WHERE title IN ('number 3', 'number 4', 'number 5', 'number 6')`,
    )
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listCaptures(viewer, world.app, { cursor, limit: 2 })
      seen.push(...page.items.map((c) => c.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toHaveLength(25)
    expect(new Set(seen)).toEqual(new Set(ids))
    const all = await listCaptures(viewer, world.app, { limit: 100 })
    expect(all.items.map((c) => c.id)).toEqual(seen)
    expect(all.nextCursor).toBeNull()
    await expect(listCaptures(viewer, world.app, { cursor: 'junk' })).rejects.toMatchObject({ code: 'invalid' })
  })

  it('finds by title, host, recipe and person, every word, with wildcards taken as they are', async () => {
    const [a, b] = [await world.host('db-primary'), await world.host('web-1')]
    await startCapture(operator, world.app, { hostIds: [a.id, b.id], spec: SPEC, title: 'checkout is 100% slow' })
    await startCapture(operator, world.app, { hostIds: [b.id], spec: specOfRecipe('syscall-breakdown'), title: 'disk_io' })
    const titles = async (search: string) => (await listCaptures(viewer, world.app, { search })).items.map((c) => c.title)
    expect(await titles('CHECKOUT db-prim')).toEqual(['checkout is 100% slow'])
    expect(await titles('checkout disk')).toEqual([])
    expect(await titles('syscall-break')).toEqual(['disk_io'])
    expect(await titles('some operator')).toHaveLength(2)
    expect(await titles('100%')).toHaveLength(1)
    expect(await titles('%')).toHaveLength(1)
    expect(await titles('k_i')).toEqual(['disk_io'])
    expect(await titles("'; DROP TABLE captures; --")).toEqual([])
    expect(await titles('  ')).toHaveLength(2)
    await startCapture(operator, world.app, { hostIds: [b.id], spec: EVERY_COLLECTOR, title: 'by hand' })
    for (const word of ['vfs_read', 'sched_process', 'args.filename', 'kprobe'])
      expect([word, await titles(word)]).toEqual([word, ['by hand']])
  })

  it('sums up what the hosts did', async () => {
    const [a, b] = [await world.host('alpha'), await world.host('beta')]
    const id = await world.capture([a, b])
    for (const host of [a, b]) {
      await run(id, host)
      await finish(id, host, [profileChunk(0, profileOf(host.id, ['x']))])
    }
    const { items } = await listCaptures(viewer, world.app, {})
    expect(items).toMatchObject([
      {
        id,
        state: 'done',
        samples: 20,
        syscalls: 0,
        endedAt: expect.any(Date),
        hosts: [{ name: 'alpha', state: 'done' }, { name: 'beta' }],
      },
    ])
    expect(items[0]?.bytes).toBeGreaterThan(0)
  })
})

describe('deleteCapture', () => {
  it('is for whoever made it, or an admin, and takes results with it', async () => {
    const host = await world.host()
    const { id } = await startCapture(operator, world.app, { hostIds: [host.id], spec: SPEC })
    await run(id, host)
    await finish(id, host, [profileChunk(0, profileOf(host.id, ['x']))])
    await readProfile(viewer, world.app, { id })
    await expect(deleteCapture(await world.actor('operator'), world.app, { id })).rejects.toMatchObject({ code: 'forbidden' })
    await deleteCapture(operator, world.app, { id })
    for (const table of ['captures', 'targets', 'chunks']) expect((await world.app.db.pool.query(`SELECT FROM ${table}`)).rowCount).toBe(0)
    for (const read of [getCapture, readProfile, readSyscalls, deleteCapture] as const)
      await expect(read(operator, world.app, { id })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('hides a running one at once', async () => {
    const host = await world.host()
    const { id } = await startCapture(operator, world.app, { hostIds: [host.id], spec: SPEC })
    await run(id, host)
    await deleteCapture(operator, world.app, { id })
    expect((await listCaptures(viewer, world.app, {})).items).toEqual([])
    await expect(getCapture(viewer, world.app, { id })).rejects.toMatchObject({ code: 'not-found' })
    expect((await world.target(id, host)).cancel_requested_at).not.toBeNull()
  })
})

describe('rerunCapture', () => {
  it('starts the same again, on the hosts that are left', async () => {
    const [a, b] = [await world.host('alpha'), await world.host('beta')]
    const first = await startCapture(operator, world.app, { hostIds: [a.id, b.id], spec: SPEC, title: 'again' })
    const admin = await world.actor('admin')
    await removeHost(admin, world.app, { id: a.id })
    const second = await rerunCapture(operator, world.app, first)
    expect(second.id).not.toBe(first.id)
    expect(await getCapture(viewer, world.app, second)).toMatchObject({ title: 'again', spec: SPEC, targets: [{ hostName: 'beta' }] })
    await removeHost(admin, world.app, { id: b.id })
    await expect(rerunCapture(operator, world.app, first)).rejects.toMatchObject({ code: 'conflict' })
  })
})
