import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BinaryRef } from '@sonde/contract'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runAgent } from './agent.ts'
import { CatalogueDesk } from './catalogue-desk.ts'
import { CatalogueFolder } from './catalogue-folder.ts'
import type { CatalogueBuilder, CatalogueJob } from './catalogue-job.ts'
import { GatewayClient } from './gateway-client.ts'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { scriptedTracing } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

vi.setConfig({ testTimeout: 20_000 })

const log = pino({ level: 'silent' })
const keyOf = (text: string) => createHash('sha256').update(text).digest('hex')
const LIBC: BinaryRef = { of: 'library', name: 'libc.so.6' }

let peer: GatewayPeer
let stateDir: string
let stopping: AbortController
let running: Promise<unknown>[]
/** What was asked to be built, and what the kernel says at the time. */
let jobs: CatalogueJob[]
let kernelText: string
let kernel: string

beforeEach(async () => {
  peer = new GatewayPeer()
  await peer.start()
  peer.agentTokens.set('token', 'host')
  stateDir = await temporaryFolder()
  stopping = new AbortController()
  running = []
  jobs = []
  kernelText = 'kernel one'
  kernel = 'fingerprint one'
})
afterEach(async () => {
  stopping.abort()
  await Promise.all(running)
  await peer.stop()
})

/** Builds as the real one does, but for the content. */
const build: CatalogueBuilder = async (job) => {
  jobs.push(job)
  const text = job.what === 'kernel' ? kernelText : 'binary'
  const key = keyOf(text)
  await mkdir(job.folder, { recursive: true })
  await writeFile(path.join(job.folder, `${key}.gz`), gzipSync(text))
  if (job.what === 'kernel') return { what: 'kernel', keys: [{ kind: 'kernel', key }] }
  if (job.ref.of === 'pid') return { what: 'refused', message: 'There is no process 42.' }
  return { what: 'binary', binaries: [{ key, path: '/lib/libc.so.6', buildId: null, counts: { uprobe: 1 }, pids: [], notes: [] }] }
}

function desk(options: { lookMs?: number; build?: CatalogueBuilder } = {}) {
  const client = new GatewayClient(peer.url, log, 5)
  const credentials = { token: () => 'token', renew: async () => undefined }
  const { signal } = stopping
  const made = new CatalogueDesk({
    client,
    credentials,
    stateDir,
    build,
    signal,
    log,
    fingerprint: async () => kernel,
    lookMs: 30,
    ...options,
  })
  running.push(made.run())
  const beating = async () => {
    while (!signal.aborted) {
      const news = made.news()
      const load = { load1: 0, load5: 0, load15: 0, cpuBusy: null, ioWait: null, memoryUsedBytes: 0 }
      const reply = await client
        .heartbeat(credentials, { load, ...(news ? { catalogues: news } : {}) }, { signal, retryForMs: 0 })
        .catch(() => null)
      if (news && reply) made.answered(news, reply.missingCatalogues)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  running.push(beating())
  return made
}
const said = () => peer.heartbeats.flatMap(({ catalogues }) => (catalogues ? [`${catalogues.state} ${catalogues.keys.length}`] : []))
const puts = () => peer.requests.filter((request) => request.startsWith('PUT'))

describe('the catalogues of the kernel', () => {
  it('are offered with the heartbeats, and sent once', async () => {
    desk()
    await eventually('the upload', () => peer.catalogues.size === 1)
    await eventually('quiet heartbeats', () => peer.heartbeats.length > 5 && peer.heartbeats.at(-1)?.catalogues === undefined)
    expect(said().filter((text) => text === 'ready 1').length).toBe(1)
    expect(puts()).toEqual([`PUT /catalogues/${keyOf('kernel one')}`])
    expect(jobs).toHaveLength(1)
  })

  it('are not sent where the server has them', async () => {
    peer.catalogues.set(keyOf('kernel one'), 'kernel one')
    desk()
    await eventually('the offer', () => said().includes('ready 1'))
    expect(puts()).toEqual([])
  })

  it('are built again when modules change, and not at every start', async () => {
    desk()
    await eventually('the upload', () => peer.catalogues.size === 1)
    kernelText = 'kernel two'
    kernel = 'fingerprint two'
    await eventually('the second upload', () => peer.catalogues.has(keyOf('kernel two')))
    stopping.abort()
    await Promise.all(running.splice(0))
    stopping = new AbortController()
    peer.catalogues.clear()
    desk()
    await eventually('the upload after the start', () => peer.catalogues.has(keyOf('kernel two')))
    expect(jobs).toHaveLength(2)
    // Without the files there is nothing to offer.
    stopping.abort()
    await Promise.all(running.splice(0))
    stopping = new AbortController()
    await rm(path.join(stateDir, 'catalogues'), { recursive: true })
    desk()
    await eventually('the third build', () => jobs.length === 3)
  })

  it('say why there are none', async () => {
    desk({ build: async () => ({ what: 'refused', message: 'The disk is full.' }) })
    await eventually('the reason', () => peer.heartbeats.some(({ catalogues }) => catalogues?.message === 'The disk is full.'))
    expect(said()).toContain('failed 0')
  })

  it('are sent again after a lost connection, and not after a refusal', async () => {
    let refusals = 0
    peer.fault = (request) => (request.startsWith('PUT') && refusals++ < 3 ? 'drop' : null)
    desk()
    await eventually('the upload', () => peer.catalogues.size === 1)
    peer.catalogues.clear()
    peer.fault = (request) => (request.startsWith('PUT') ? { status: 422, message: 'not a catalogue' } : null)
    kernelText = 'kernel two'
    kernel = 'fingerprint two'
    await eventually('the refusal', () => peer.heartbeats.some(({ catalogues }) => catalogues?.message === 'not a catalogue'))
    const before = puts().length
    const beats = peer.heartbeats.length
    await eventually('more heartbeats', () => peer.heartbeats.length > beats + 5)
    expect(puts().length).toBe(before)
  })
})

describe('a question about a binary', () => {
  it('is answered when the server has the catalogue', async () => {
    const made = desk()
    const binaries = await made.binary(LIBC, { allow: ['/lib/*'], deny: [] })
    expect(binaries).toMatchObject([{ path: '/lib/libc.so.6', counts: { uprobe: 1 } }])
    expect(peer.catalogues.get(keyOf('binary'))).toBe('binary')
    await made.binary(LIBC, { allow: [], deny: [] })
    expect(puts().filter((put) => put.includes(keyOf('binary')))).toHaveLength(1)
    expect(jobs).toContainEqual({
      what: 'binary',
      folder: path.join(stateDir, 'catalogues'),
      ref: LIBC,
      allowed: { allow: ['/lib/*'], deny: [] },
    })
  })

  it('waits for its turn, and is refused with words', async () => {
    const made = desk()
    await expect(made.binary({ of: 'pid', pid: 42 }, { allow: [], deny: [] })).rejects.toThrow('There is no process 42.')
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => made.binary(LIBC, { allow: [], deny: [] })))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
    expect(all.at(-1)).toMatchObject({ reason: new Error('This host is looking into other binaries; try again in a moment.') })
  })

  it('reaches the desk as a command, and is refused by the policy and the kill switch', async () => {
    const killSwitchFile = path.join(stateDir, 'disabled')
    const tracing = scriptedTracing()
    running.push(
      runAgent({
        env: {
          gatewayUrl: peer.url,
          joinToken: 'sjt_valid-join-token',
          stateDir,
          labels: {},
          hostName: null,
          logLevel: 'silent',
          bpfHelper: null,
          policyFile: null,
        },
        tracing,
        buildCatalogues: build,
        log,
        signal: stopping.signal,
        killSwitchFile,
      }),
    )
    const ask = async (queryId: string) => {
      peer.send({ type: 'query', queryId, query: { kind: 'binary', ref: LIBC } })
      return await eventually(`the answer to ${queryId}`, () => peer.answers.get(queryId))
    }
    expect(await ask('query-1')).toMatchObject({ kind: 'binary', binaries: [{ key: keyOf('binary') }] })
    tracing.allowedBinaries = async () => {
      throw new Error('The policy of this host allows no probes in programs.')
    }
    expect(await ask('query-2')).toEqual({ kind: 'error', message: 'The policy of this host allows no probes in programs.' })
    await writeFile(killSwitchFile, '')
    expect(await ask('query-3')).toMatchObject({ kind: 'error', message: expect.stringContaining(killSwitchFile) })
  })
})

describe('the folder of catalogues', () => {
  it('keeps what is needed and what was used lately', async () => {
    const folder = new CatalogueFolder(stateDir)
    await folder.prepare()
    const big = Buffer.alloc(20 * 1024 * 1024)
    for (let i = 0; i < 8; i++) await folder.write(keyOf(`${i}`), big)
    await folder.writeNote('kernel', {})
    await folder.prune(new Set([keyOf('0')]))
    const names = await readdir(folder.path)
    expect(names).toContain(`${keyOf('0')}.gz`)
    expect(names).toContain('kernel.json')
    expect(names.filter((name) => name.endsWith('.gz')).length).toBeLessThanOrEqual(5)
    expect(await folder.read(keyOf('nothing'))).toBeNull()
    await writeFile(path.join(folder.path, 'broken.json'), '{')
    expect(await folder.note('broken')).toBeNull()
  })
})
