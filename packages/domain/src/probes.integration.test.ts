import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  type Actor,
  agentCommandSchema,
  type BinaryCatalogue,
  type BinaryRef,
  CATALOGUE_LIMITS,
  type Capability,
  type CatalogueEntry,
  type CatalogueHeader,
  encodeCatalogue,
  type HostCatalogues,
  probeHitSchema,
  probeSearchResultSchema,
  type QueryAnswer,
  SondeError,
} from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AgentHost, authenticateAgent } from './agent-host.ts'
import { answerQuery } from './answer-query.ts'
import { claimWork } from './claim-work.ts'
import { describeProbes, fitsPattern } from './describe-probes.ts'
import { purgeCatalogues } from './purge-catalogues.ts'
import { reapTargets } from './reap-targets.ts'
import { recordHeartbeat } from './record-heartbeat.ts'
import { removeHost } from './remove-host.ts'
import { searchBinary } from './search-binary.ts'
import { searchProbes } from './search-probes.ts'
import { missingCatalogues, storeCatalogue } from './store-catalogue.ts'
import { createWorld, FACTS, LOAD, type World } from './testing/index.ts'

const named = { label: null, refusal: null }
const tracepoint = (id: string): CatalogueEntry => ({
  kind: 'tracepoint',
  id,
  ...named,
  module: null,
  printFmt: '"%s"',
  fields: [
    { name: 'filename', cType: 'const char *', offset: 24, size: 8, signed: false, kind: 'pointer' },
    { name: 'flags', cType: 'int', offset: 32, size: 8, signed: false, kind: 'int' },
  ],
})
const kprobe = (id: string, refusal: CatalogueEntry['refusal'] = null): CatalogueEntry => ({
  kind: 'kprobe',
  id,
  label: null,
  refusal,
  module: null,
  signature: {
    arguments: [{ name: 'count', cType: 'size_t', kind: 'uint', size: 8 }],
    returns: { cType: 'ssize_t', kind: 'int', size: 8 },
    variadic: false,
  },
})
const cycles: CatalogueEntry = { kind: 'pmu', id: 'cycles', ...named, group: 'hardware', description: 'CPU cycles.', sampled: true }
const malloc: CatalogueEntry = { kind: 'uprobe', id: 'malloc', ...named, sizeBytes: 10, offset: 4096, exported: true }
const query: CatalogueEntry = {
  kind: 'usdt',
  id: 'postgresql:query__start',
  ...named,
  sites: 1,
  semaphore: true,
  arguments: [{ size: 8, signed: true }],
}

type Made = { key: string; kind: CatalogueHeader['kind']; bytes: Buffer; text: string }
function catalogue(kind: CatalogueHeader['kind'], ...entries: CatalogueEntry[]): Made {
  return pack(kind, encodeCatalogue({ kind, title: 'some', buildId: null, notes: [] }, entries))
}
function pack(kind: CatalogueHeader['kind'], text: string): Made {
  return { kind, text, key: createHash('sha256').update(text).digest('hex'), bytes: gzipSync(text) }
}
const OLD = catalogue(
  'kernel',
  tracepoint('syscalls:sys_enter_openat'),
  kprobe('vfs_read'),
  kprobe('gone'),
  kprobe('__schedule', 'deny-list'),
)
const NEW = catalogue(
  'kernel',
  tracepoint('syscalls:sys_enter_openat'),
  kprobe('vfs_read'),
  kprobe('__schedule', 'deny-list'),
  kprobe('twice', 'ambiguous-name'),
)
const PMU = catalogue('pmu', cycles)
const LIBC = catalogue('binary', malloc)
const POSTGRES = catalogue('binary', malloc, query)
const LIBC_REF: BinaryRef = { of: 'library', name: 'libc.so.6' }

let world: World
let viewer: Actor
let operator: Actor
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  viewer = await world.actor('viewer')
  operator = await world.actor('operator')
})

const store = (host: AgentHost, { key, bytes }: Pick<Made, 'key' | 'bytes'>) => storeCatalogue(host, world.app, { key, bytes })
const offers = (...made: Made[]): HostCatalogues => ({ state: 'ready', message: null, keys: made.map(({ kind, key }) => ({ kind, key })) })
const beat = (host: AgentHost, catalogues?: HostCatalogues, capabilities?: Capability[]) =>
  recordHeartbeat(host, world.app, {
    load: LOAD,
    ...(catalogues ? { catalogues } : {}),
    ...(capabilities ? { facts: { ...FACTS, hostname: host.name, capabilities } } : {}),
  })
const find = async (hosts: AgentHost[], text: string, kinds: CatalogueEntry['kind'][] = []) => {
  const result = await searchProbes(viewer, world.app, { hostIds: hosts.map((host) => host.id), text, kinds, limit: 50 })
  // What a browser gets is what the contract says.
  expect(probeSearchResultSchema.parse(result)).toEqual(result)
  return result
}
const codeOf = async (work: Promise<unknown>) => {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof SondeError) return `${error.code}: ${error.message}`
    throw error
  }
}
async function equipped(name: string, ...made: Made[]): Promise<AgentHost> {
  const host = await world.host(name)
  await beat(host, offers(...made))
  for (const one of made) await store(host, one)
  return host
}

describe('catalogues', () => {
  it('are uploaded once, whichever host has them, and only by content', async () => {
    const [one, two] = [await world.host('one'), await world.host('two')]
    expect(await beat(one, offers(OLD, PMU))).toMatchObject({ missingCatalogues: [OLD.key, PMU.key] })
    expect(await store(one, OLD)).toEqual({ stored: true })
    expect(await store(one, PMU)).toEqual({ stored: true })
    expect(await beat(two, offers(OLD, PMU))).toMatchObject({ missingCatalogues: [] })
    expect(await missingCatalogues(world.app, [OLD.key, NEW.key, NEW.key])).toEqual([NEW.key])
    expect(await store(two, OLD)).toEqual({ stored: false })
    expect((await find([one, two], 'vfs_read')).hits[0]).toMatchObject({ onHosts: 2, missing: [] })
    // Under a key that others use nobody can put anything else.
    expect(await codeOf(store(two, { key: NEW.key, bytes: OLD.bytes }))).toMatch(/^unprocessable: .*content that its key/)
  })

  it('that are not what they say are refused with words', async () => {
    const host = await world.host()
    const header = OLD.text.slice(0, OLD.text.indexOf('\n'))
    const line = OLD.text.split('\n')[1] ?? ''
    const cases: [string, Pick<Made, 'key' | 'bytes'>, RegExp][] = [
      ['no gzip', { key: OLD.key, bytes: Buffer.from('junk') }, /^unprocessable: .*not gzip/],
      ['a bomb', { key: OLD.key, bytes: gzipSync(Buffer.alloc(CATALOGUE_LIMITS.maxRawBytes + 1)) }, /^too-large/],
      ['no header', pack('kernel', 'k\tx\t\t\t[0,0]\n'), /^unprocessable/],
      ['no end', pack('kernel', OLD.text.trimEnd()), /^unprocessable/],
      ['an empty text', pack('kernel', ''), /^unprocessable/],
      ['wrong counts', pack('kernel', `${header}\n${line}\n`), /^unprocessable: .*counts other probes/],
      [
        'wrong order',
        pack('kernel', `${header}\n${OLD.text.trimEnd().split('\n').slice(1).reverse().join('\n')}\n`),
        /^unprocessable: .*not in its place/,
      ],
      ['a probe of another kind', catalogue('pmu', kprobe('x')), /^unprocessable: .*holds no kprobe/],
      ['a name that is a pattern', catalogue('kernel', kprobe('vfs_*')), /^unprocessable: .*no probe can be called/],
      ['a name that no spec can hold', catalogue('kernel', kprobe('a b')), /^unprocessable: .*no probe can be called/],
      ['a category alone', catalogue('kernel', tracepoint('sched')), /^unprocessable: .*no probe can be called/],
      ['bytes beyond ASCII', pack('kernel', OLD.text.replace('%s', 'ä')), /^unprocessable: .*ASCII/],
    ]
    for (const [what, made, words] of cases) expect([what, await codeOf(store(host, made))]).toEqual([what, expect.stringMatching(words)])
    expect(
      await missingCatalogues(
        world.app,
        cases.map(([, { key }]) => key),
      ),
    ).toHaveLength(new Set(cases.map(([, { key }]) => key)).size)
  }, 120_000)

  it('that nobody refers to are limited, and go away', async () => {
    const host = await world.host()
    for (let i = 0; i < 32; i++) await store(host, catalogue('kernel', kprobe(`f${i}`)))
    expect(await codeOf(store(host, OLD))).toMatch(/^conflict/)
    expect(await purgeCatalogues(world.app)).toBe(0)
    await world.app.db.pool.query(`UPDATE catalogues SET created_at = created_at - interval '2 hours'`)
    expect((await reapTargets(world.app)).catalogues).toBe(32)
    expect(await store(host, OLD)).toEqual({ stored: true })
  })

  it('stay while a host refers to them, and go with the host', async () => {
    const host = await equipped('one', OLD)
    await world.app.db.pool.query(`UPDATE catalogues SET created_at = created_at - interval '2 hours'`)
    expect(await purgeCatalogues(world.app)).toBe(0)
    await beat(host, offers(NEW))
    expect(await purgeCatalogues(world.app)).toBe(1)
    await store(host, NEW)
    await world.app.db.pool.query(`UPDATE catalogues SET created_at = created_at - interval '2 hours'`)
    await removeHost(await world.actor('admin'), world.app, { id: host.id })
    expect(await purgeCatalogues(world.app)).toBe(1)
  })
})

describe('the search over kernels', () => {
  it('says on which hosts a probe is, and why not on the others', async () => {
    const [one, two] = [await equipped('one', OLD, PMU), await equipped('two', NEW)]
    const noKprobes: Capability = {
      id: 'kprobes',
      available: false,
      reason: 'This kernel was built without CONFIG_KPROBE_EVENTS.',
      remedy: null,
    }
    const three = await equipped('three', NEW)
    await beat(three, undefined, [noKprobes])
    const four = await equipped('four', OLD)
    await world.silence(four, 60_000)
    const five = await world.host('five')
    const six = await world.host('six')
    await beat(six, { state: 'building', message: null, keys: [] })
    const seven = await world.host('seven')
    await beat(seven, { state: 'failed', message: 'The disk is full.', keys: [] })
    const all = [one, two, three, four, five, six, seven]
    const { hits, hosts } = await find(all, 'vfs_read')
    expect(hits).toHaveLength(1)
    expect(hits[0]).toMatchObject({
      probe: { kind: 'kprobe', function: 'vfs_read', at: 'entry' },
      name: 'vfs_read',
      arguments: [{ name: 'count', cType: 'size_t', sort: 'number' }],
      returnType: 'ssize_t',
      onHosts: 2,
      denied: null,
    })
    expect(Object.fromEntries(hits[0]?.missing.map(({ hostName, reason }) => [hostName, reason]) ?? [])).toEqual({
      three: 'This kernel was built without CONFIG_KPROBE_EVENTS.',
      four: 'It is not connected.',
      five: 'Its agent does not say what can be probed: it is too old, or was only just started.',
      six: 'Its agent is still reading what it offers.',
      seven: 'The disk is full.',
    })
    expect(hosts.map(({ hostName, state }) => `${hostName} ${state}`)).toEqual([
      'one ready',
      'two ready',
      'three ready',
      'four ready',
      'five unavailable',
      'six building',
      'seven unavailable',
    ])
    expect((await find([one, two], 'gone')).hits[0]).toMatchObject({
      onHosts: 1,
      missing: [{ hostName: 'two', reason: 'There is no such function in its kernel.' }],
    })
    expect((await find([one, two], 'cycles')).hits[0]).toMatchObject({ onHosts: 1, doc: 'CPU cycles.', group: 'hardware' })
  })

  it('finds system calls by their name, with their arguments', async () => {
    const host = await equipped('one', OLD)
    expect((await find([host], 'openat')).hits).toMatchObject([
      {
        probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' },
        name: 'syscalls:sys_enter_openat',
        group: 'syscalls',
        arguments: [
          { name: 'filename', sort: 'text' },
          { name: 'flags', sort: 'number' },
        ],
        doc: '"%s"',
      },
    ])
  })

  it('shows what must not be probed, and says so', async () => {
    const [one, two] = [await equipped('one', OLD), await equipped('two', NEW)]
    expect((await find([one, two], '__schedule')).hits[0]).toMatchObject({
      denied: 'A probe here could hang or slow down the whole host.',
      onHosts: 2,
    })
    expect((await find([two], 'twice')).hits[0]).toMatchObject({ denied: expect.stringContaining('Several functions') })
  })

  it('puts kinds last that no host can attach', async () => {
    const host = await equipped('one', catalogue('kernel', tracepoint('vfs:long_name_of_read'), kprobe('read')))
    expect((await find([host], 'read')).hits.map(({ name }) => name)).toEqual(['read', 'vfs:long_name_of_read'])
    await beat(host, undefined, [{ id: 'kprobes', available: false, reason: 'None here.', remedy: null }])
    expect((await find([host], 'read')).hits.map(({ name, onHosts }) => [name, onHosts])).toEqual([
      ['vfs:long_name_of_read', 1],
      ['read', 0],
    ])
  })

  it('goes on with what a host had, while its agent starts again', async () => {
    const host = await equipped('one', OLD)
    await beat(host, { state: 'building', message: null, keys: [] })
    expect(await find([host], 'gone')).toMatchObject({ total: 1, hosts: [{ state: 'ready' }] })
    await beat(host, offers(NEW))
    // Named, and not yet sent: nothing to search, but soon.
    expect(await find([host], 'gone')).toMatchObject({ total: 0, searched: 0, hosts: [{ state: 'building' }] })
    await store(host, NEW)
    expect(await find([host], 'gone')).toMatchObject({ total: 0, searched: 4, hosts: [{ state: 'ready' }] })
  })

  it('does not take half of what a host has for all of it', async () => {
    const host = await world.host('one')
    await beat(host, offers(OLD, PMU))
    await store(host, PMU)
    expect((await find([host], 'cycles')).hits[0]).toMatchObject({ onHosts: 1 })
    expect(await find([host], 'vfs_read')).toMatchObject({ total: 0, hosts: [{ state: 'building' }] })
  })

  it('knows no host that is not there', async () => {
    expect(await codeOf(find([{ id: 'unknown-host', name: '' }], ''))).toMatch(/^not-found/)
  })
})

/** An agent that answers what it is asked about binaries, and counts how often. */
function binaryAgent(host: AgentHost, answer: (ref: BinaryRef) => QueryAnswer | null) {
  const state = { asked: 0, stopped: false }
  const loop = async () => {
    while (!state.stopped) {
      for (const command of await claimWork(host, world.app)) {
        const parsed = agentCommandSchema.parse(command)
        if (parsed.type !== 'query' || parsed.query.kind !== 'binary') continue
        state.asked++
        const body = answer(parsed.query.ref)
        if (body) await answerQuery(host, world.app, { id: parsed.queryId, answer: body })
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const running = loop()
  return {
    state,
    stop: async () => {
      state.stopped = true
      await running
    },
  }
}
const binaryOf = (made: Made, path: string): BinaryCatalogue => ({
  key: made.key,
  path,
  buildId: 'ab'.repeat(20),
  counts: { uprobe: 1 },
  pids: [42],
  notes: [],
})

describe('the search in a binary', () => {
  const search = async (hosts: AgentHost[], binary: BinaryRef, text = '') => {
    const result = await searchBinary(operator, world.app, { hostIds: hosts.map((host) => host.id), text, limit: 50, binary })
    expect(probeSearchResultSchema.parse(result)).toEqual(result)
    return result
  }

  it('asks each host once, and finds what they have', async () => {
    const [one, two] = [await world.host('one'), await world.host('two')]
    await store(one, LIBC)
    await store(two, POSTGRES)
    const agents = [
      binaryAgent(one, () => ({ kind: 'binary', binaries: [binaryOf(LIBC, '/lib/libc.so.6')] })),
      binaryAgent(two, () => ({ kind: 'binary', binaries: [binaryOf(POSTGRES, '/usr/bin/postgres')] })),
    ]
    // While somebody types, several searches are under way.
    const [first] = await Promise.all(['m', 'ma', 'mal'].map((text) => search([one, two], LIBC_REF, text)))
    expect(first).toMatchObject({ total: 1, searched: 2 })
    expect(first?.hits[0]).toMatchObject({
      probe: { kind: 'uprobe', binary: LIBC_REF, function: 'malloc' },
      onHosts: 2,
      missing: [],
      group: 'libc.so.6',
    })
    const { hits } = await search([one, two], LIBC_REF, 'query')
    expect(hits[0]).toMatchObject({
      probe: { kind: 'usdt', provider: 'postgresql', name: 'query__start' },
      arguments: [{ name: 'arg0', cType: 'int64_t', sort: 'number' }],
      onHosts: 1,
      missing: [{ hostName: 'one', reason: `There is no such USDT probe in /lib/libc.so.6 (build ${'ab'.repeat(6)}).` }],
    })
    expect(agents.map(({ state }) => state.asked)).toEqual([1, 1])
    for (const agent of agents) await agent.stop()
  })

  it('says why a host has no answer, and does not ask it again at once', async () => {
    const [good, bad, away] = [await world.host('good'), await world.host('bad'), await world.host('away')]
    await store(good, LIBC)
    await world.silence(away, 60_000)
    const agents = [
      binaryAgent(good, () => ({ kind: 'binary', binaries: [binaryOf(LIBC, '/lib/libc.so.6')] })),
      binaryAgent(bad, () => ({ kind: 'error', message: 'No process is called x.' })),
    ]
    const ref: BinaryRef = { of: 'process', name: 'x' }
    for (const text of ['', 'm']) {
      const { hits, hosts } = await search([good, bad, away], ref, text)
      expect(hits[0]).toMatchObject({ onHosts: 1 })
      expect(hosts).toMatchObject([
        { state: 'ready' },
        { state: 'unavailable', message: 'No process is called x.' },
        { state: 'unavailable', message: 'It is not connected.' },
      ])
    }
    expect(agents.map(({ state }) => state.asked)).toEqual([1, 1])
    for (const agent of agents) await agent.stop()
  })

  it('forgets what a host said once it says something else', async () => {
    const host = await world.host('one')
    await store(host, LIBC)
    let gone = false
    const agent = binaryAgent(host, () =>
      gone ? { kind: 'error', message: 'There is no process 42.' } : { kind: 'binary', binaries: [binaryOf(LIBC, '/lib/libc.so.6')] },
    )
    const ref: BinaryRef = { of: 'pid', pid: 42 }
    expect((await search([host], ref)).total).toBe(1)
    gone = true
    await world.app.db.pool.query(`UPDATE host_catalogues SET seen_at = seen_at - interval '2 minutes'`)
    expect(await search([host], ref)).toMatchObject({ total: 0, hosts: [{ state: 'unavailable', message: 'There is no process 42.' }] })
    await agent.stop()
  })
})

describe('describing probes', () => {
  it('gives each of them, also what no host has, in the order asked for', async () => {
    const [one, two] = [await equipped('one', OLD, PMU), await equipped('two', NEW)]
    await store(one, LIBC)
    const agents = [
      binaryAgent(one, () => ({ kind: 'binary', binaries: [binaryOf(LIBC, '/lib/libc.so.6')] })),
      binaryAgent(two, () => ({ kind: 'error', message: 'There is no such library.' })),
    ]
    const hits = await describeProbes(operator, world.app, {
      hostIds: [one.id, two.id],
      probes: [
        { kind: 'kprobe', function: 'vfs_read', at: 'return' },
        { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' },
        { kind: 'kprobe', function: 'nothing', at: 'entry' },
        { kind: 'uprobe', binary: LIBC_REF, function: 'malloc', at: 'entry' },
        { kind: 'pmu', event: 'cycles' },
        { kind: 'kprobe', function: '*s*e*', at: 'entry' },
      ],
    })
    for (const hit of hits) expect(probeHitSchema.parse(hit)).toEqual(hit)
    expect(hits.map(({ name, onHosts }) => [name, onHosts])).toEqual([
      ['vfs_read', 2],
      ['syscalls:sys_enter_openat', 2],
      ['nothing', 0],
      ['malloc', 1],
      ['cycles', 1],
      ['*s*e*', 2],
    ])
    expect(hits[0]?.probe).toEqual({ kind: 'kprobe', function: 'vfs_read', at: 'return' })
    expect(hits[2]).toMatchObject({ arguments: [], missing: [{ reason: 'There is no such function in its kernel.' }, { hostName: 'two' }] })
    expect(hits[3]).toMatchObject({ missing: [{ hostName: 'two', reason: 'There is no such library.' }] })
    expect(hits[5]).toMatchObject({ doc: 'Stands for 2: __schedule, vfs_read' })
    for (const agent of agents) await agent.stop()
  })

  it('fits names as patterns do', () => {
    expect(['a*', '*a', '*', 'a*c', 'abc', 'a**c'].map((pattern) => fitsPattern(pattern, 'abc'))).toEqual([
      true,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(fitsPattern('ab*ba', 'aba')).toBe(false)
  })
})

describe('who asks', () => {
  it('must be known', async () => {
    const { token, ...host } = await world.host()
    expect(await authenticateAgent(world.app, token)).toEqual(host)
    await expect(searchProbes({ kind: 'anonymous' }, world.app, { hostIds: [host.id], text: '', limit: 1 })).rejects.toThrow('sign in')
    await expect(searchBinary(viewer, world.app, { hostIds: [host.id], text: '', limit: 1, binary: LIBC_REF })).rejects.toThrow('may not')
    await expect(describeProbes(viewer, world.app, { hostIds: [host.id], probes: [] })).rejects.toThrow('may not')
  })
})
