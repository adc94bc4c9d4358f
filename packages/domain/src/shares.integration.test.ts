import { gunzipSync } from 'node:zlib'
import {
  type Actor,
  type CaptureSpec,
  type CaptureView,
  captureSpecSchema,
  countersQuerySchema,
  countsQuerySchema,
  eventsQuerySchema,
  latencyQuerySchema,
  type ShareEnd,
  type SondeError,
  syscallTimesQuerySchema,
} from '@sonde/contract'
import { buildCallTree, decodeProfile, FRAME_KIND, findByPathKey, type Profile, ProfileBuilder, pathKey } from '@sonde/profile'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { claimWork } from './claim-work.ts'
import { createShare } from './create-share.ts'
import { deleteCapture } from './delete-capture.ts'
import { endTarget } from './end-target.ts'
import { finishTarget } from './finish-target.ts'
import { getCapture } from './get-capture.ts'
import { listShares } from './list-shares.ts'
import { countShareRead, openShare, type ShareActor } from './open-share.ts'
import { readCounters } from './read-counters.ts'
import { readCounts } from './read-counts.ts'
import { readEvents } from './read-events.ts'
import { readLatency } from './read-latency.ts'
import { readProfile } from './read-profile.ts'
import { readPublicTitle } from './read-public-title.ts'
import { readSyscallTimes } from './read-syscall-times.ts'
import { readSyscalls } from './read-syscalls.ts'
import { revokeShare } from './revoke-share.ts'
import { runTarget } from './run-target.ts'
import { startCapture } from './start-capture.ts'
import { storeChunk } from './store-chunk.ts'
import {
  countersOf,
  countsOf,
  createWorld,
  eventsOf,
  jsonChunk,
  latencyOf,
  manifestOf,
  profileChunk,
  QUALITY,
  refOf,
  SPEC,
  snapshotOf,
  syscallsChunk,
  type World,
} from './testing/index.ts'
import { watchCapture } from './watch-capture.ts'

/** Stands in everything that a link leaves out unless it is asked for. Letters alone: whatever cuts or splits a text leaves it whole. */
const HOST_MARK = 'zqxhostmark'
const ARG_MARK = 'zqxargmark'

const SPEC_WITH_SECRETS: CaptureSpec = captureSpecSchema.parse({
  version: 2,
  recipe: null,
  durationMs: 5_000,
  filter: { kind: 'cgroup', path: `/tenants.slice/${HOST_MARK}.service` },
  instruments: [
    {
      collector: 'stacks',
      probe: { kind: 'uprobe', binary: { of: 'path', path: `/srv/${ARG_MARK}/a:b/app` }, function: 'parse' },
      when: [{ field: 'args.name', op: '==', value: `${ARG_MARK}.txt` }],
    },
    { collector: 'syscalls', objects: true },
    { collector: 'offcpu' },
    { collector: 'counts', probes: [{ kind: 'kprobe', function: 'vfs_*' }], groupBy: 'args.name', sum: 'args.count' },
    {
      collector: 'latency',
      start: {
        probe: { kind: 'uprobe', binary: { of: 'path', path: `/srv/${ARG_MARK}/app` }, function: 'parse' },
        when: [{ field: 'args.path', op: '!=', value: `/${ARG_MARK}` }],
      },
      probe: { kind: 'uprobe', binary: { of: 'path', path: `/srv/${ARG_MARK}/app` }, function: 'parse', at: 'return' },
      groupBy: 'args.fd',
    },
    { collector: 'events', probe: { kind: 'tracepoint', category: 'sched', name: 'sched_process_exec' }, fields: ['args.filename'] },
    { collector: 'pmu', events: ['cycles', 'instructions'] },
  ],
})

let world: World
let operator: Extract<Actor, { kind: 'user' }>
let hosts: AgentHost[]
let id: string
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  operator = await world.actor('operator')
  hosts = []
  for (const n of [1, 2, 3]) hosts.push(await world.host(`${HOST_MARK}-${n}.example`, { env: `${HOST_MARK}prod` }))
  id = await capture(SPEC_WITH_SECRETS)
})

async function capture(spec: CaptureSpec, title?: string): Promise<string> {
  const made = await startCapture(operator, world.app, { hostIds: hosts.map((host) => host.id), spec, title })
  for (const host of hosts) {
    await claimWork(host, world.app)
    await acceptTarget(host, world.app, refOf(made.id))
    const argv = ['perf', 'record', '--cgroup', HOST_MARK, `/srv/${ARG_MARK}/app`]
    const command = { collector: 'stacks', tool: 'perf', toolVersion: null, argv, env: {}, program: `${ARG_MARK} ${HOST_MARK}` } as const
    await runTarget(host, world.app, refOf(made.id), { commands: [command] })
  }
  return made.id
}

function secretProfile(host: AgentHost): Profile {
  const builder = new ProfileBuilder({
    event: `uprobe:/srv/${ARG_MARK}/app:parse`,
    periodNs: 10_101_010,
    startMs: Date.now(),
    durationMs: 1_000,
  })
  const thread = builder.addThread(builder.addHost(host.id, `${HOST_MARK}-in-profile`), 42, 42, 'app', `/pods/${HOST_MARK}.scope`)
  const main = builder.addStack(-1, builder.addFrame('main', 'app', FRAME_KIND.user))
  const work = builder.addStack(main, builder.addFrame('work', 'app', FRAME_KIND.user))
  for (let i = 0; i < 5; i++) builder.addSample(i % 2 ? work : main, thread, i * 10_000, 1)
  return builder.build()
}

const secretQuality = {
  ...QUALITY,
  hits: 9,
  sampledEvent: `uprobe:/srv/${ARG_MARK}/app:parse`,
  braked: `too often on ${HOST_MARK} in /srv/${ARG_MARK}`,
  notes: [`${HOST_MARK} has no symbols of /srv/${ARG_MARK}`],
  unknownBy: [{ pid: 1, comm: 'app', module: 'app', frames: 2, reason: `no ${ARG_MARK}`, remedy: `install on ${HOST_MARK}` }],
  forecast: {
    countedMs: 1_000,
    probes: [{ label: `uprobe:/srv/${ARG_MARK}/app:parse`, hits: 1, costNs: 1 }],
    hitsPerSecond: 1,
    cores: 0.1,
    bytesPerSecond: 1,
    verdict: 'ok' as const,
    every: 1,
    budget: { hitsPerSecond: 1, cores: 1, memoryBytes: 1, outputBytes: 1 },
    message: `fine for ${HOST_MARK} at ${ARG_MARK}`,
  },
}

/** Results of every kind on all hosts; the last host fails with a message. */
async function fill(): Promise<void> {
  for (const [i, host] of hosts.entries()) {
    const objects = {
      rows: [{ pid: 42, nr: 1, kind: 'path' as const, name: `/srv/${ARG_MARK}/log`, calls: 5, errors: 0, bytes: 1, totalNs: 1 }],
      lost: 2,
    }
    const counters = { ...countersOf(100), unsupported: [{ event: 'cycles', reason: `no PMU on ${HOST_MARK}, see /srv/${ARG_MARK}` }] }
    const chunks = [
      profileChunk(0, secretProfile(host)),
      profileChunk(1, { ...secretProfile(host), meta: { ...secretProfile(host).meta, unit: 'ns' } }, 'offcpu'),
      syscallsChunk(2, { ...snapshotOf(10), objects }),
      jsonChunk(3, 'counts', countsOf(10 + i, { key: `/srv/${ARG_MARK}/${i}`, probe: `uprobe:/srv/${ARG_MARK}/app:parse` })),
      jsonChunk(4, 'latency', latencyOf([[8, 3]], { key: `socket of ${ARG_MARK}` })),
      jsonChunk(5, 'events', eventsOf([1, 2, 3], { file: `/srv/${ARG_MARK}/file` })),
      jsonChunk(6, 'counters', counters),
    ]
    for (const chunk of chunks) await storeChunk(host, world.app, refOf(id), chunk)
    if (i < 2) await finishTarget(host, world.app, refOf(id), { manifest: manifestOf(chunks), quality: secretQuality, recordedMs: 5_000 })
    else
      await endTarget(host, world.app, refOf(id), {
        state: 'failed',
        reason: 'tool-failed',
        message: `perf on ${HOST_MARK}: cannot open /srv/${ARG_MARK}/app`,
      })
  }
}

const open = async (over: Parameters<typeof createShare>[2]): Promise<ShareActor> => (await openShare(world.app, await tokenOf(over))).actor
const tokenOf = async (over: Parameters<typeof createShare>[2]): Promise<string> => {
  const { url } = await createShare(operator, world.app, over)
  return url.slice(url.lastIndexOf('/') + 1)
}
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'allowed'
  } catch (error) {
    return (error as SondeError).code
  }
}

/** Every answer that a reader can get, for questions of every form, as text. */
async function everyAnswer(actor: Actor): Promise<Map<string, string>> {
  const { app } = world
  const answers = new Map<string, string>()
  const say = async (name: string, answer: Promise<unknown>) => answers.set(name, JSON.stringify(await answer))
  await say('get', getCapture(actor, app, { id }))
  for await (const view of await watchCapture(actor, app, { id })) answers.set('watch', JSON.stringify(view))
  for (const kind of ['profile', 'offcpu'] as const)
    answers.set(kind, gunzipSync((await readProfile(actor, app, { id, kind })).gzip).toString('latin1'))
  for (const window of [undefined, { fromMs: 0, toMs: 2_000 }]) {
    const w = window ? ' in a window' : ''
    await say(`syscalls${w}`, readSyscalls(actor, app, { id, window }))
    await say(`counters${w}`, readCounters(actor, app, countersQuerySchema.parse({ id, window })))
    for (const by of ['row', 'process', 'key', 'probe', 'host'])
      await say(`counts by ${by}${w}`, readCounts(actor, app, countsQuerySchema.parse({ id, by, window })))
    for (const by of ['row', 'process', 'key', 'host'])
      await say(`latency by ${by}${w}`, readLatency(actor, app, latencyQuerySchema.parse({ id, by, window })))
    for (const sort of ['time', 'process', 'args.filename'])
      await say(`events by ${sort}${w}`, readEvents(actor, app, eventsQuerySchema.parse({ id, sort, window })))
    await say(`syscall times${w}`, readSyscallTimes(actor, app, syscallTimesQuerySchema.parse({ id, window })))
  }
  return answers
}

/** Rows that a search for a word finds, over everything that can be searched. */
async function found(actor: Actor, search: string): Promise<number> {
  const { app } = world
  const rows = [
    (await readCounts(actor, app, countsQuerySchema.parse({ id, search }))).rows.length,
    (await readLatency(actor, app, latencyQuerySchema.parse({ id, search }))).rows.length,
    (await readEvents(actor, app, eventsQuerySchema.parse({ id, search }))).rows.length,
    (await readSyscallTimes(actor, app, syscallTimesQuerySchema.parse({ id, search }))).syscalls.length,
  ]
  return rows.reduce((sum, n) => sum + n, 0)
}

const holding = (answers: Map<string, string>, mark: string): string[] =>
  [...answers].filter(([, text]) => text.toLowerCase().includes(mark)).map(([name]) => name)

describe('what a reader of a link sees', () => {
  it('holds nothing that was left out, in no answer, and only that', async () => {
    await fill()
    const all = await everyAnswer(operator)
    // The marks really stand everywhere: else there would be nothing to hide.
    expect(holding(all, HOST_MARK).length).toBeGreaterThan(all.size - 4)
    for (const name of ['get', 'watch', 'syscalls', 'counts by row', 'counts by key', 'latency by key', 'events by time', 'counters'])
      expect(all.get(name)).toContain(ARG_MARK)

    const both = await everyAnswer(await open({ id }))
    expect(holding(both, HOST_MARK)).toEqual([])
    expect(holding(both, ARG_MARK)).toEqual([])
    expect([...both.keys()]).toEqual([...all.keys()])

    expect(holding(await everyAnswer(await open({ id, args: true })), HOST_MARK)).toEqual([])
    expect(holding(await everyAnswer(await open({ id, hosts: true })), ARG_MARK)).toEqual([])
    const included = await everyAnswer(await open({ id, hosts: true, args: true }))
    const answer = (name: string) => JSON.parse(included.get(name) ?? '')
    expect(answer('counts by key')).toEqual(JSON.parse(all.get('counts by key') ?? ''))
    expect(answer('get').targets).toEqual(JSON.parse(all.get('get') ?? '').targets)
  })

  it('cannot be found out by searching for it', async () => {
    await fill()
    const reader = await open({ id })
    for (const word of [HOST_MARK, HOST_MARK.slice(0, 4), ARG_MARK, ARG_MARK.slice(0, 4), '/srv', '.example']) {
      expect(await found(operator, word)).toBeGreaterThan(0)
      expect([word, await found(reader, word)]).toEqual([word, 0])
    }
    for (const word of ['app', 'host 2', 'parse']) expect(await found(reader, word)).toBeGreaterThan(0)
  })

  it('adds up to the same numbers', async () => {
    await fill()
    const reader = await open({ id })
    const query = countsQuerySchema.parse({ id, by: 'key' })
    const [mine, theirs] = [await readCounts(operator, world.app, query), await readCounts(reader, world.app, query)]
    expect(theirs.total).toEqual(mine.total)
    expect([mine.rows.length, theirs.rows.map((row) => row.key)]).toEqual([3, ['left-out']])
    expect((await readSyscalls(reader, world.app, { id })).hosts.map((host) => host.snapshot.objects)).toEqual(
      Array(3).fill({ rows: [], lost: 7 }),
    )
    const profile = decodeProfile(gunzipSync((await readProfile(reader, world.app, { id })).gzip))
    expect([profile.samples.length, profile.hosts.name, profile.strings.includes('cgroup 1')]).toEqual([
      15,
      expect.arrayContaining(['host 1']),
      true,
    ])
    expect([...profile.hosts.id].sort()).toEqual(hosts.map((host) => host.id).sort())
  })

  it('lands on the same frame, though a host above it is called otherwise', async () => {
    await fill()
    const whole = decodeProfile(gunzipSync((await readProfile(operator, world.app, { id })).gzip))
    for (const group of ['process', 'host', 'thread', 'cgroup', 'merged'] as const) {
      const tree = buildCallTree(whole, { group, order: 'weight' })
      const node = tree.label.findLastIndex((label) => tree.labels[label] === 'work')
      const { actor, link } = await openShare(world.app, await tokenOf({ id, view: `v=1&group=${group}&zoom=${pathKey(tree, node)}` }))
      const theirs = buildCallTree(decodeProfile(gunzipSync((await readProfile(actor, world.app, { id })).gzip)), {
        group,
        order: 'weight',
      })
      const zoomed = findByPathKey(theirs, new URLSearchParams(link.view).get('zoom') ?? '')
      expect([group, zoomed > 0, theirs.labels[theirs.label[zoomed] ?? 0]]).toEqual([group, true, 'work'])
      // The same host's, not just any frame of that name.
      expect(theirs.depth[zoomed]).toBe(tree.depth[node])
    }
  })

  it('holds no hash of names of hosts whose frame is not there', async () => {
    const viewOf = async (view: string, over: { hosts?: boolean } = {}) =>
      new URLSearchParams((await openShare(world.app, await tokenOf({ id, view, ...over }))).link.view).get('zoom')
    // Nothing was recorded yet; and of what was, another host may have been zoomed to.
    for (const isFilled of [false, true]) {
      if (isFilled) await fill()
      for (const group of ['host', 'cgroup']) expect(await viewOf(`v=1&group=${group}&zoom=abc123`)).toBeNull()
      expect(await viewOf('v=1&group=host&against=rest&zoom=abc123')).toBeNull()
      expect(await viewOf('v=1&group=process&zoom=abc123')).toBe('abc123')
      expect(await viewOf('v=1&group=host&zoom=abc123', { hosts: true })).toBe('abc123')
    }
  })

  it('keeps a search for what is shown, and drops one that names what is not', async () => {
    await fill()
    const { url, dropped } = await createShare(operator, world.app, { id, view: `v=1&search=work&filter=${HOST_MARK}-1&find=${ARG_MARK}` })
    expect(dropped).toEqual(['filter', 'find'])
    expect((await openShare(world.app, url.slice(url.lastIndexOf('/') + 1))).link.view).toBe('v=1&search=work')
    const included = await createShare(operator, world.app, { id, hosts: true, args: true, view: `v=1&filter=${HOST_MARK}-1&junk=1` })
    expect(included.dropped).toEqual([])
  })
})

describe('the title', () => {
  it('of a link names what the link shows', async () => {
    await fill()
    expect((await createShare(operator, world.app, { id })).title).not.toMatch(/zqx/)
    const plain = await capture(SPEC)
    expect((await createShare(operator, world.app, { id: plain })).title).toBe('CPU profile, 3 hosts')
    expect((await createShare(operator, world.app, { id: plain, hosts: true })).title).toContain(HOST_MARK)
    const own = await capture(SPEC, 'Slow since noon')
    expect((await createShare(operator, world.app, { id: own })).title).toBe('Slow since noon')
    const named = await capture(SPEC, `Slow on ${HOST_MARK}-2`)
    expect((await createShare(operator, world.app, { id: named })).title).toBe('CPU profile, 3 hosts')
  })

  it('for everyone names nothing that stands in the capture', async () => {
    const titleOf = async (title?: string) => {
      id = await capture(SPEC_WITH_SECRETS, title)
      await fill()
      return (await readPublicTitle(world.app, id))?.title
    }
    expect(await titleOf('Slow since noon')).toBe('Slow since noon, 3 hosts')
    for (const title of [
      undefined,
      `${HOST_MARK}-1 is slow`,
      `Who opens /srv/${ARG_MARK}/file?`,
      'app is slow',
      'Why so much work()',
      'vfs_* again',
    ])
      expect([title, await titleOf(title)]).toEqual([
        title,
        'Stacks, system calls, off-CPU time, counts, latencies, events, counters, 3 hosts',
      ])
    expect(await readPublicTitle(world.app, 'nothing-here')).toBeNull()
    await deleteCapture(await world.actor('admin'), world.app, { id })
    expect(await readPublicTitle(world.app, id)).toBeNull()
  })
})

describe('the life of a link', () => {
  const endOf = async (token: string): Promise<ShareEnd | string> => {
    try {
      await openShare(world.app, token)
      return 'open'
    } catch (error) {
      return (error as SondeError).details.end ?? (error as SondeError).code
    }
  }

  it('ends by being revoked, by time, and with its capture, and says which', async () => {
    const tokens = { revoked: await tokenOf({ id }), expired: await tokenOf({ id, hours: 1 }), deleted: await tokenOf({ id, hours: 24 }) }
    for (const token of Object.values(tokens)) expect(await endOf(token)).toBe('open')
    const [, , first] = await listShares(operator, world.app, { captureId: id })
    await revokeShare(operator, world.app, { id: first?.id ?? '' })
    await world.app.db.pool.query(`UPDATE shares SET expires_at = now() - interval '1 s' WHERE expires_at < now() + interval '2 h'`)
    expect(await endOf(tokens.revoked)).toBe('revoked')
    expect(await endOf(tokens.expired)).toBe('expired')
    expect((await listShares(operator, world.app, { captureId: id })).length).toBe(1)
    await deleteCapture(await world.actor('admin'), world.app, { id })
    expect(await endOf(tokens.deleted)).toBe('deleted')
    // Also when the rows of the capture are gone.
    await world.app.db.pool.query('DELETE FROM captures WHERE id = $1', [id])
    expect(await endOf(tokens.deleted)).toBe('deleted')
    for (const junk of ['', 'x', `ssh_${'A'.repeat(22)}`, `ssh_${'A'.repeat(2_000)}`]) expect(await endOf(junk)).toBe('not-found')
  })

  it('ends for readers that are in the middle of it', async () => {
    const reader = await open({ id })
    const views = await watchCapture(reader, world.app, { id })
    expect(((await views.next()).value as CaptureView).id).toBe(id)
    const [share] = await listShares(operator, world.app, { captureId: id })
    await revokeShare(operator, world.app, { id: share?.id ?? '' })
    expect(await codeOf(getCapture(reader, world.app, { id }))).toBe('gone')
    await endTarget(hosts[0] as AgentHost, world.app, refOf(id), { state: 'failed', reason: 'tool-failed', message: 'x' })
    await expect(views.next()).rejects.toMatchObject({ code: 'gone' })
  })

  it('is stored as a hash, shown to those who may share, and counted', async () => {
    const token = await tokenOf({ id })
    const { rows } = await world.app.db.pool.query('SELECT row_to_json(s)::text AS row FROM shares s')
    expect(rows[0].row).not.toContain(token.slice(4))
    const reader = (await openShare(world.app, token)).actor
    await countShareRead(reader, world.app)
    await countShareRead(reader, world.app)
    expect(await listShares(operator, world.app, { captureId: id })).toMatchObject([{ reads: 2, captureId: id, hosts: false, args: false }])
    const other = await world.actor('operator')
    expect(await listShares(other, world.app, {})).toEqual([])
    expect((await listShares(await world.actor('admin'), world.app, {})).length).toBe(1)
    const shareId = reader.shareId
    expect(await codeOf(revokeShare(other, world.app, { id: shareId }))).toBe('forbidden')
    expect(await codeOf(revokeShare(await world.actor('viewer'), world.app, { id: shareId }))).toBe('forbidden')
    expect(await codeOf(createShare(await world.actor('viewer'), world.app, { id }))).toBe('forbidden')
    expect(await codeOf(createShare(reader, world.app, { id }))).toBe('not-signed-in')
    expect(await codeOf(revokeShare(await world.actor('admin'), world.app, { id: shareId }))).toBe('allowed')
    expect(await codeOf(countShareRead(operator, world.app))).toBe('forbidden')
    expect(await codeOf(createShare(operator, world.app, { id: 'nothing-here' }))).toBe('not-found')
    for (const hours of [0, 0.5, 24 * 91]) await expect(createShare(operator, world.app, { id, hours })).rejects.toThrow()
  })

  it('begins only where there is room to list and revoke it', async () => {
    await world.app.db.pool.query(
      `INSERT INTO shares (id, capture_id, token_hash, title, view, hosts, args, created_by_id, expires_at)
       SELECT 'share-' || i, $1, encode(sha256(i::text::bytea), 'hex'), '', '', false, false, $2, now() + interval '1 hour' FROM generate_series(1, 200) AS i`,
      [id, operator.userId],
    )
    expect(await codeOf(createShare(operator, world.app, { id }))).toBe('conflict')
    expect(await listShares(operator, world.app, { captureId: id })).toHaveLength(200)
    await revokeShare(operator, world.app, { id: 'share-1' })
    expect(await codeOf(createShare(operator, world.app, { id }))).toBe('allowed')
  })

  it('shows its own capture and no other', async () => {
    const other = await capture(SPEC)
    const reader = await open({ id })
    expect(await codeOf(getCapture(reader, world.app, { id: other }))).toBe('forbidden')
    expect(await codeOf(readProfile(reader, world.app, { id: other }))).toBe('forbidden')
    expect(await codeOf(readCounts(reader, world.app, countsQuerySchema.parse({ id: other })))).toBe('forbidden')
    expect(await codeOf(deleteCapture(reader, world.app, { id }))).toBe('not-signed-in')
  })
})
