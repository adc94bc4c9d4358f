import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { CATALOGUE_LIMITS, type ProbeSearchResult } from '@sonde/contract'
import { issueJoinToken, listHosts, searchBinary, searchProbes } from '@sonde/domain'
import { createWorld, type World } from '@sonde/domain/testing'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createGateway } from './gateway.ts'

// The whole way of a catalogue: this machine's kernel → a real agent → the gateway → Postgres → the search.
const AGENT = fileURLToPath(new URL('../../agent/src/main.ts', import.meta.url))

let world: World
let gateway: FastifyInstance
let url: string
const ended: (() => Promise<void>)[] = []

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  gateway = createGateway({ app: world.app, log: pino({ level: 'silent' }), sweepMs: 1_000 })
  url = await gateway.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
  await gateway.close()
})

/** An agent as it is started on a host. Two with state folders of their own are two hosts with the same kernel. */
async function startAgent(name: string) {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'sonde-agent-'))
  const { token } = await issueJoinToken(world.app, {}, null)
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', AGENT], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      SONDE_GATEWAY_URL: url,
      SONDE_JOIN_TOKEN: token,
      SONDE_STATE_DIR: stateDir,
      SONDE_HOST_NAME: name,
    },
  })
  let log = ''
  child.stderr?.on('data', (data: Buffer) => {
    log += data.toString()
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  ended.push(async () => {
    child.kill('SIGTERM')
    await exited
    rmSync(stateDir, { recursive: true, force: true })
  })
  return { pid: child.pid ?? -1, stateDir, log: () => log }
}

async function eventually<T>(what: string, look: () => Promise<T | false | undefined>, withinMs = 60_000): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > until) throw new Error(`waited in vain for ${what}`)
    await sleep(200)
  }
}

const hostIds = async () => (await listHosts(await world.actor('viewer'), world.app, {})).map((host) => host.id)
const hasKernel = (result: ProbeSearchResult, hosts: number) =>
  result.hosts.length === hosts && result.hosts.every(({ state }) => state === 'ready') && result
async function search(text: string): Promise<ProbeSearchResult> {
  return await searchProbes(await world.actor('viewer'), world.app, { hostIds: await hostIds(), text, limit: 20 })
}

const buildersOf = (pid: number) =>
  readdirSync('/proc').filter((name) => {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/status`, 'utf8').includes(`PPid:\t${pid}\n`)) return false
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('build-catalogue')
    } catch {
      return false
    }
  })

describe('what can be probed', { timeout: 180_000 }, () => {
  it('comes from the kernel to the search, once for two hosts that have the same', async () => {
    const one = await startAgent('one')
    await eventually('the first host', async () => (await hostIds()).length === 1)
    await eventually('its kernel', async () => hasKernel(await search(''), 1))
    const { rows: stored } = await world.app.db.pool.query('SELECT key, uploaded_by_id FROM catalogues')
    const two = await startAgent('two')
    await eventually('the second host', async () => (await hostIds()).length === 2)
    await eventually('its kernel', async () => hasKernel(await search(''), 2))
    expect((await world.app.db.pool.query('SELECT key, uploaded_by_id FROM catalogues')).rows).toEqual(stored)
    expect(one.log()).toContain('sent a catalogue')
    expect(two.log()).not.toContain('sent a catalogue')

    const found = await search('openat')
    expect(found.hits[0]).toMatchObject({
      probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' },
      onHosts: 2,
      missing: [],
      arguments: expect.arrayContaining([{ name: 'filename', cType: 'const char *', sort: 'text' }]),
    })
    const [read] = (await search('vfs_read')).hits
    expect(read).toMatchObject({ probe: { kind: 'kprobe', function: 'vfs_read' }, returnType: 'ssize_t' })
    const [host] = await listHosts(await world.actor('viewer'), world.app, {})
    const kprobes = host?.facts.capabilities.find(({ id }) => id === 'kprobes')
    // As greyed out as the host's own facts have it.
    if (kprobes?.available) expect(read?.onHosts).toBe(2)
    else expect(read).toMatchObject({ onHosts: 0, missing: [{ hostName: 'one', reason: kprobes?.reason }, { hostName: 'two' }] })
    expect((await search('cpu-clock')).hits[0]).toMatchObject({ probe: { kind: 'pmu', event: 'cpu-clock' }, onHosts: 2 })

    // The work was done in a process that is gone, and left nothing half done.
    expect(buildersOf(one.pid)).toEqual([])
    expect(readdirSync(path.join(one.stateDir, 'catalogues')).filter((name) => !/^(kernel\.json|[0-9a-f]{64}\.gz)$/.test(name))).toEqual([])
  })

  it('is looked up in the binaries of a live host', async () => {
    await startAgent('one')
    await eventually('the host', async () => (await hostIds()).length === 1)
    const operator = await world.actor('operator')
    const ask = async (text: string, binary: Parameters<typeof searchBinary>[2]['binary']) =>
      await searchBinary(operator, world.app, { hostIds: await hostIds(), text, limit: 20, binary })
    await eventually('the agent', async () => (await ask('malloc', { of: 'library', name: 'libc.so.6' })).total > 0)
    const libc = await ask('malloc', { of: 'library', name: 'libc.so.6' })
    expect(libc.hits[0]).toMatchObject({
      probe: { kind: 'uprobe', function: 'malloc', binary: { of: 'library', name: 'libc.so.6' } },
      onHosts: 1,
    })
    const node = await ask('node start', { of: 'pid', pid: process.pid })
    expect(node.hits.map(({ name }) => name)).toContain('node::Start(int, char**)')
    expect(node.searched).toBeGreaterThan(10_000)
    const gone = await ask('', { of: 'path', path: '/no/such/file' })
    expect(gone).toMatchObject({ total: 0, hosts: [{ state: 'unavailable', message: 'There is no file /no/such/file.' }] })
    expect(await ask('', { of: 'path', path: '/dev/zero' })).toMatchObject({ hosts: [{ message: '/dev/zero is no regular file.' }] })
    const postgres = readdirSync('/proc').find((name) => /^\d+$/.test(name) && exeOf(name).endsWith('/postgres'))
    if (postgres !== undefined) {
      const { hits } = await ask('executor', { of: 'pid', pid: Number(postgres) })
      expect(hits.length).toBeGreaterThan(0)
    }
  })
})

function exeOf(pid: string): string {
  try {
    return realpathSync(`/proc/${pid}/exe`)
  } catch {
    return ''
  }
}

describe('the upload of a catalogue', () => {
  const put = async (key: string, bytes: Uint8Array<ArrayBuffer>, token: string) => {
    const response = await fetch(`${url}/agent/v1/catalogues/${key}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/gzip' },
      body: bytes,
    })
    return { status: response.status, text: await response.text() }
  }

  it('is closed to strangers and refuses with words', async () => {
    const host = await world.host()
    const key = createHash('sha256').update('x').digest('hex')
    expect(await put(key, new Uint8Array(10), 'sat_nobody')).toMatchObject({ status: 401 })
    expect(await put('..%2f..%2fetc', new Uint8Array(10), host.token)).toMatchObject({ status: 400 })
    expect(await put(key, new Uint8Array(10), host.token)).toMatchObject({ status: 422, text: expect.stringContaining('is not gzip') })
    expect(await put(key, new Uint8Array(gzipSync('x')), host.token)).toMatchObject({ status: 422 })
    const large = new Uint8Array(CATALOGUE_LIMITS.maxCompressedBytes + 1)
    expect(await put(key, large, host.token)).toMatchObject({ status: 413, text: expect.stringContaining('a catalogue is at most') })
    expect((await world.app.db.pool.query('SELECT FROM catalogues')).rowCount).toBe(0)
  })
})
