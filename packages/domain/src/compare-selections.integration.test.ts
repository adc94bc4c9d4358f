import {
  type Actor,
  type Comparison,
  captureSpecSchema,
  comparisonSchema,
  type Selection,
  type SyscallSnapshot,
  verdictSchema,
} from '@sonde/contract'
import { FRAME_KIND, type Profile, ProfileBuilder } from '@sonde/profile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { claimWork } from './claim-work.ts'
import { compareSelections } from './compare-selections.ts'
import { deleteCapture } from './delete-capture.ts'
import { runTarget } from './run-target.ts'
import { storeChunk } from './store-chunk.ts'
import { createWorld, profileChunk, refOf, syscallsChunk, type World } from './testing/index.ts'

const SPEC = captureSpecSchema.parse({
  version: 2,
  recipe: null,
  durationMs: 24_000,
  instruments: [
    { collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 99 } },
    { collector: 'syscalls' },
  ],
})

/** The same numbers on every machine. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What a host is made to do: share of samples of each stack. */
type Mix = Record<string, number>
const REST: Mix = {
  'main;serve;render': 0.4,
  'main;idle_work': 0.2,
  'main;serve;log': 0.1,
  'main;serve;route': 0.1,
  'main;serve;sort': 0.1,
}
const USUAL: Mix = { ...REST, 'main;serve;json_encode': 0.1 }
/** What grows by 14 % of everything takes it from all others alike. */
const SLOW: Mix = {
  ...Object.fromEntries(Object.entries(REST).map(([path, share]) => [path, (share * 0.76) / 0.9])),
  'main;serve;json_encode': 0.14,
  'main;serve;json_encode;escape_utf8': 0.1,
}

/** 24 s of samples. */
function samplesOf(hostId: string, mix: Mix, seed: number, count = 2_400): Profile {
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: 'samples',
    periodNs: 10_101_010,
    startMs: 1_760_000_000_000,
    durationMs: 24_000,
  })
  const thread = builder.addThread(builder.addHost(hostId, `name of ${hostId}`), 42, 42, 'app')
  const random = draws(seed)
  for (let i = 0; i < count; i++) {
    let at = random()
    const path =
      Object.keys(mix).find((key) => {
        at -= mix[key] ?? 0
        return at < 0
      }) ?? 'main'
    let stack = -1
    for (const name of path.split(';')) stack = builder.addStack(stack, builder.addFrame(name, 'app', FRAME_KIND.user))
    builder.addSample(stack, thread, (i * 24_000_000) / count, 1)
  }
  return builder.build()
}

/** Twelve snapshots, cumulative: `writes` a second with these buckets, a share of `failing` connects. */
function callsOf(buckets: [number, number][], failing: number, seed: number): SyscallSnapshot[] {
  const random = draws(seed)
  const write = new Map<number, number>()
  let [connects, errors] = [0, 0]
  return Array.from({ length: 12 }, (_, i) => {
    for (const [bucket, calls] of buckets) write.set(bucket, (write.get(bucket) ?? 0) + Math.round(calls * (0.8 + 0.4 * random())))
    const some = 180 + Math.round(40 * random())
    connects += some
    errors += Math.round(some * failing * (0.9 + 0.2 * random()))
    const calls = [...write.values()].reduce((sum, n) => sum + n, 0)
    const totalNs = [...write].reduce((sum, [bucket, n]) => sum + n * 1.5 * 2 ** bucket, 0)
    const rest = { pid: 42, maxNs: 2 ** 24 }
    return {
      version: 1 as const,
      elapsedMs: (i + 1) * 2_000,
      processes: [{ pid: 42, comm: 'app' }],
      rows: [
        { ...rest, nr: 1, name: 'write', calls, totalNs, errors: [], histogram: [...write] },
        {
          ...rest,
          nr: 42,
          name: 'connect',
          calls: connects,
          totalNs: connects * 1_000,
          errors: errors > 0 ? [{ errno: 111, name: 'ECONNREFUSED', count: errors }] : [],
          histogram: [[10, connects]],
        },
      ],
      unmatchedExits: 0,
      lostCalls: 0,
      truncated: false,
    }
  })
}
const FAST_WRITES: [number, number][] = [
  [12, 1_900],
  [16, 95],
  [20, 5],
]
const SLOW_WRITES: [number, number][] = [
  [12, 1_800],
  [16, 100],
  [21, 100],
]

let world: World
let viewer: Actor
let hosts: AgentHost[]
let seed = 1

beforeAll(async () => {
  world = await createWorld()
  viewer = await world.actor('viewer')
  hosts = [await world.host('alpha'), await world.host('beta'), await world.host('gamma')]
})
afterAll(() => world.close())

type Made = { mix?: Mix | ((host: number) => Mix); writes?: [number, number][]; failing?: number; on?: AgentHost[]; count?: number }
async function capture({ mix = USUAL, writes = FAST_WRITES, failing = 0, on = hosts, count }: Made): Promise<string> {
  const id = await world.capture(on, SPEC)
  for (const [h, host] of on.entries()) {
    await claimWork(host, world.app)
    await acceptTarget(host, world.app, refOf(id))
    await runTarget(host, world.app, refOf(id), { commands: [] })
    await storeChunk(
      host,
      world.app,
      refOf(id),
      profileChunk(0, samplesOf(host.id, typeof mix === 'function' ? mix(h) : mix, seed++, count)),
    )
    for (const [k, snapshot] of callsOf(writes, failing, seed++).entries())
      await storeChunk(host, world.app, refOf(id), syscallsChunk(1 + k, snapshot))
  }
  await world.app.db.pool.query(
    `UPDATE targets SET state = 'done', recorded_ms = 24000, ended_at = started_at + interval '24 s' WHERE capture_id = $1`,
    [id],
  )
  return id
}

async function compare(
  a: Partial<Selection> & { capture: string },
  b: Partial<Selection> & { capture: string },
  over: Partial<Comparison> = {},
) {
  return verdictSchema.parse(await compareSelections(viewer, world.app, comparisonSchema.parse({ a, b, ...over })))
}
const functionOf = (verdict: Awaited<ReturnType<typeof compare>>, name: string) =>
  verdict.functions.find((finding) => finding.name === name)
const callOf = (verdict: Awaited<ReturnType<typeof compare>>, name: string) => verdict.syscalls.find((finding) => finding.name === name)

describe('comparing two captures', () => {
  let before: string
  let after: string
  let again: string
  beforeAll(async () => {
    before = await capture({})
    again = await capture({})
    after = await capture({ mix: SLOW, writes: SLOW_WRITES, failing: 0.5 })
  })

  it('says nothing of two that were made of the same, and how small a change it could have seen', async () => {
    const verdict = await compare({ capture: before }, { capture: again })
    expect(verdict.differs).toBe(false)
    expect(verdict.functions.some(({ self, total }) => self.significant || total.significant)).toBe(false)
    expect(verdict.sentences).toHaveLength(1)
    expect(verdict.sentences[0]).toMatch(
      /^Nothing differs by more than chance explains: 8 functions and 2 system calls looked at in \d+ \+ \d+ slices of time; a function’s change of less than ±\d\.\d+ % of CPU could have been missed\.$/,
    )
    expect(verdict.warnings).toEqual([])
    expect(verdict.method.paired).toBe(true)
  })

  it('finds what was made to differ, by how much, on how many hosts, and what is new', async () => {
    const verdict = await compare({ capture: before }, { capture: after })
    expect(verdict.differs).toBe(true)
    const json = functionOf(verdict, 'json_encode')
    expect(json?.total.significant).toBe(true)
    // The truth lies in the interval: 10 % before, 24 % after.
    expect(json?.total.low ?? 1).toBeLessThan(0.14)
    expect(json?.total.high ?? 0).toBeGreaterThan(0.14)
    expect(json?.total.hosts).toEqual({ agree: 3, of: 3 })
    expect(functionOf(verdict, 'escape_utf8')).toMatchObject({ presence: 'new', self: { a: 0, significant: true, countA: 0 } })
    expect(callOf(verdict, 'connect')).toMatchObject({ errors: { significant: true, a: 0 }, mean: { significant: false } })
    expect(callOf(verdict, 'write')?.p99).toMatchObject({ significant: true })
    expect(callOf(verdict, 'write')?.rate.significant).toBe(false)
    expect(verdict.sentences.length).toBeLessThanOrEqual(5)
    expect(verdict.sentences[0]).toMatch(
      /^`escape_utf8` self \(new\) 0\.0+ → (9|10|11)\.\d+ % of CPU \(\+(9|10|11)\.\d+ ± [01]\.\d+\), on 3 of 3 hosts\.$/,
    )
    expect(verdict.sentences).toContainEqual(expect.stringMatching(/^`connect` fails 0\.0* → [45]\d\.?\d* % of calls/))
    expect(verdict.sentences).toContainEqual(expect.stringMatching(/^`write` (p99 ≈|mean) /))
    // What only makes room for the others is in the table, not in a sentence.
    expect(verdict.sentences.join()).not.toContain('render')
  })

  it('counts the new functions below one that changed', async () => {
    const verdict = await compare({ capture: before }, { capture: after })
    expect(verdict.sentences.find((sentence) => sentence.startsWith('`json_encode`'))).toMatch(
      / on 3 of 3 hosts; 1 new function below it\.$/,
    )
  })

  it('turns around with its sides', async () => {
    const [there, back] = [await compare({ capture: before }, { capture: after }), await compare({ capture: after }, { capture: before })]
    for (const finding of there.functions) {
      const other = functionOf(back, finding.name)
      expect(other?.total.change).toBeCloseTo(-(finding.total.change ?? 0), 9)
      expect(other?.total.q).toBeCloseTo(finding.total.q ?? 0, 9)
      expect(other?.presence).toBe({ new: 'gone', gone: 'new', both: 'both' }[finding.presence])
    }
  })

  it('divides by wall time, CPU time and requests', async () => {
    const wall = await compare({ capture: before }, { capture: after }, { by: 'wall' })
    expect(wall.functionUnit).toBe('cpu-seconds/s')
    // 100 samples of 10.1 ms a second: about one CPU, a tenth of it in json_encode.
    expect(functionOf(wall, 'json_encode')?.total.a).toBeCloseTo(0.1, 1)
    expect(wall.a.divisor).toBeCloseTo(72, 1)
    const requests = await compare({ capture: before }, { capture: after }, { by: 'requests', requests: { a: 1_000, b: 1_000 } })
    expect(functionOf(requests, 'main')?.total.a).toBeCloseTo((3 * 2_400 * 0.010_101_01) / 1_000, 6)
    expect(requests.a.divisor).toBeCloseTo(1_000, 6)
    const calls = await compare({ capture: before }, { capture: after }, { by: 'requests', requests: { call: 'connect' } })
    expect(callOf(calls, 'connect')?.rate.a).toBeCloseTo(1, 9)
    expect(callOf(calls, 'write')?.rate.a).toBeCloseTo(10, 0)
    expect((functionOf(calls, 'main')?.total.a ?? 0) * (calls.a.divisor ?? 0)).toBeCloseTo(calls.a.cpuSeconds ?? 0, 2)
    const cpu = await compare({ capture: before }, { capture: after }, { by: 'cpu' })
    expect(callOf(cpu, 'write')?.rate.a).toBeCloseTo(1_000 / 1.01, -2)
    const nobody = await compare({ capture: before }, { capture: after }, { by: 'requests', requests: { call: 'accept4' } })
    expect(nobody.functionsTested).toBe(0)
    expect(nobody.warnings.map(({ code }) => code)).toContain('too-little')
  })

  it('narrows to a host, the others, a process, a window', async () => {
    const [alpha, beta] = hosts.map(({ id }) => id)
    const one = await compare({ capture: before, host: alpha ?? '' }, { capture: before, host: alpha ?? '', rest: true })
    expect([one.a.samples, one.b.samples, one.a.hosts, one.b.hosts]).toEqual([2_400, 4_800, 1, 2])
    expect(one.differs).toBe(false)
    expect(one.warnings.map(({ code }) => code)).toEqual(['hosts-differ'])
    const process = await compare({ capture: before, process: `${beta}:42` }, { capture: before, process: `${beta}:43` })
    expect([process.a.samples, process.b.samples]).toEqual([2_400, 0])
    expect(process.differs).toBeNull()
    expect(process.sentences[0]).toMatch(/^Too little/)
    const window = await compare({ capture: before, window: '0-12000' }, { capture: before, window: '12000-60000' })
    expect(window.a.samples).toBeGreaterThan(2_000)
    expect(window.a.samples + window.b.samples).toBe(7_200)
    expect(window.differs).toBe(false)
    expect(window.a.syscalls).toBeGreaterThan(20_000)
    expect(window.warnings.map(({ code }) => code)).not.toContain('same-samples')
    const same = await compare({ capture: before }, { capture: before, window: '0-12000' })
    expect(same.warnings.map(({ code }) => code)).toContain('same-samples')
  })

  it('does not take the habits of hosts for a change of all of them', async () => {
    const habits = (host: number): Mix => ({ 'main;serve;render': 0.3 + 0.2 * host, 'main;idle_work': 0.7 - 0.2 * host })
    const [yesterday, today] = [await capture({ mix: habits }), await capture({ mix: habits })]
    expect((await compare({ capture: yesterday }, { capture: today })).differs).toBe(false)
    // Two other hosts of such a fleet are another matter: one host more or less is not a finding.
    const [first = null, ...others] = hosts
    if (!first) throw new Error('no host')
    const verdict = await compare(
      { capture: today, host: first.id, rest: true },
      { capture: yesterday, host: others[0]?.id ?? '', rest: true },
    )
    expect(verdict.warnings.map(({ code }) => code)).toContain('hosts-differ')
  })

  it('says which programs are another build', async () => {
    const path = '/usr/bin/checkout'
    const insert = (hostId: string, buildId: string, seen: string, gone: string | null) =>
      world.app.db.pool.query(
        `INSERT INTO host_builds (host_id, name, path, build_id, processes, seen_at, gone_at)
         VALUES ($1, 'checkout', $2, $3, 1, now() + $4::interval, now() + $5::interval)`,
        [hostId, path, buildId, seen, gone],
      )
    const [one, two] = [await capture({ on: hosts.slice(0, 1) }), await capture({ on: hosts.slice(0, 1) })]
    await world.app.db.pool.query(
      `UPDATE targets SET started_at = started_at - interval '2 h', ended_at = ended_at - interval '2 h' WHERE capture_id = $1`,
      [one],
    )
    const host = hosts[0]?.id ?? ''
    await insert(host, 'aaaaaaaa', '-1 day', '-1 h')
    await insert(host, 'bbbbbbbb', '-1 h', null)
    expect((await compare({ capture: one }, { capture: two })).warnings).toEqual([
      { code: 'builds-differ', text: expect.stringMatching(/^Not the same builds ran: \/usr\/bin\/checkout\./) },
    ])
    expect((await compare({ capture: two }, { capture: two, window: '0-9000' })).warnings.map(({ code }) => code)).not.toContain(
      'builds-differ',
    )
  })

  it('is remembered until more comes in', async () => {
    const first = await compareSelections(viewer, world.app, comparisonSchema.parse({ a: { capture: before }, b: { capture: again } }))
    expect(await compareSelections(viewer, world.app, comparisonSchema.parse({ a: { capture: before }, b: { capture: again } }))).toBe(
      first,
    )
  })

  it('has too little of a few samples, and says so', async () => {
    const small = await capture({ count: 20, on: hosts.slice(0, 1) })
    const verdict = await compare({ capture: small }, { capture: small })
    expect(verdict.functionsTested).toBe(0)
  })

  it('is closed to strangers, and gone with a capture', async () => {
    const gone = await capture({ on: hosts.slice(0, 1) })
    const comparison = comparisonSchema.parse({ a: { capture: before }, b: { capture: gone } })
    await expect(compareSelections({ kind: 'anonymous' }, world.app, comparison)).rejects.toMatchObject({ code: 'not-signed-in' })
    await compareSelections(viewer, world.app, comparison)
    await deleteCapture(await world.actor('admin'), world.app, { id: gone })
    await expect(compareSelections(viewer, world.app, comparison)).rejects.toMatchObject({ code: 'not-found' })
  })
})
