import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { EMPTY_QUALITY, syscallSnapshotSchema } from '@sonde/contract'
import { decodeProfile } from '@sonde/profile'
import { TraceFailure, TraceRefusal } from '@sonde/tracer'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AgentOptions, runAgent } from './agent.ts'
import { pause } from './pause.ts'
import { isProcessAlive } from './testing/agent-child.ts'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer, type PeerTarget } from './testing/gateway-peer.ts'
import { COMMAND, makeProfile, type Script, SPEC, scriptedTracing } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

vi.setConfig({ testTimeout: 20_000 })

const LONG = { ...SPEC, durationMs: 60_000 }
let peer: GatewayPeer
let stateDir: string
let killSwitchFile: string
let stopping: AbortController
let agent: Promise<void>
let pids: number[]

beforeEach(async () => {
  peer = new GatewayPeer()
  await peer.start()
  stateDir = await temporaryFolder()
  killSwitchFile = path.join(stateDir, 'disabled')
})
afterEach(async () => {
  stopping.abort()
  await agent.catch(() => undefined)
  await peer.stop()
})

function start(script: Script = {}, options: Partial<AgentOptions> = {}): void {
  stopping = new AbortController()
  const tracing = scriptedTracing(script)
  pids = tracing.pids
  agent = runAgent({
    env: {
      gatewayUrl: peer.url,
      joinToken: 'sjt_valid-join-token',
      stateDir,
      labels: { env: 'test' },
      hostName: null,
      logLevel: 'silent',
      bpfHelper: null,
      policyFile: null,
    },
    tracing,
    log: pino({ level: 'silent' }),
    signal: stopping.signal,
    killSwitchFile,
    ...options,
  })
  // Looked at in afterEach.
  agent.catch(() => undefined)
}

let serial = 0
function offer(spec: unknown = SPEC) {
  const target = { captureId: `capture-${++serial}`, attempt: 1 }
  return { target, seen: peer.offer(target, spec) }
}
const inState = (seen: PeerTarget, state: string) => eventually(`state ${state}, it is ${seen.state}`, () => seen.state === state)
const spooled = () => readdir(path.join(stateDir, 'spool'))

describe('a capture', () => {
  it('is accepted, runs, uploads as it goes, and leaves nothing on the host', async () => {
    start()
    const { seen } = offer()
    await inState(seen, 'running')
    await eventually('chunks while it runs', () => seen.state === 'running' && seen.chunks.size >= 2)
    await inState(seen, 'done')
    expect(seen.commands).toEqual([COMMAND])
    expect(seen.finish?.quality).toMatchObject({ partial: false, notes: [] })
    let samples = 0
    for (const chunk of seen.chunks.values()) {
      if (chunk.kind === 'syscalls') syscallSnapshotSchema.parse(JSON.parse(chunk.raw.toString()))
      else {
        const profile = decodeProfile(chunk.raw)
        samples += profile.samples.length
        const hostId = [...peer.agentTokens.values()][0]
        expect(profile.hosts).toEqual({ length: 1, id: [hostId], name: ['test-host'] })
      }
    }
    expect(samples).toBe(seen.finish?.quality.samples)
    expect([...seen.chunks.keys()]).toEqual(Array.from({ length: seen.chunks.size }, (_, seq) => seq))
    await eventually('an empty spool', async () => (await spooled()).length === 0)
    expect(await readdir(path.join(stateDir, 'work'))).toEqual([])
    expect(pids.some(isProcessAlive)).toBe(false)
  })

  it('is stopped when the server has removed the host: nobody is left to want it', async () => {
    start({}, { heartbeatMs: 200 })
    const { seen } = offer(LONG)
    await inState(seen, 'running')
    peer.agentTokens.clear()
    peer.joinTokens.clear()
    await eventually('the tracer to be gone', () => pids.length === 1 && !pids.some(isProcessAlive))
  })

  it('is cancelled by command: the tracer is dead within 2 s, what there is is kept', async () => {
    start()
    const { target, seen } = offer(LONG)
    await eventually('chunks', () => seen.chunks.size >= 2)
    const cancelledAt = performance.now()
    peer.cancel(target)
    await eventually('a dead tracer', () => !pids.some(isProcessAlive))
    expect(performance.now() - cancelledAt).toBeLessThan(2000)
    await inState(seen, 'cancelled')
    expect(seen.end).toMatchObject({ state: 'cancelled', reason: null, quality: { partial: true } })
    expect(seen.end?.quality?.samples).toBeGreaterThan(0)
    expect(seen.chunks.size).toBeGreaterThanOrEqual(2)
  })

  it('is cancelled by an answer, when the command got lost', async () => {
    start()
    const { seen } = offer(LONG)
    await inState(seen, 'running')
    seen.cancelRequested = true
    await inState(seen, 'cancelled')
    expect(pids.some(isProcessAlive)).toBe(false)
  })

  it('is cancelled while its result is being uploaded', async () => {
    start()
    peer.fault = (request) => (request.startsWith('PUT') ? { status: 503 } : null)
    const { target, seen } = offer({ ...SPEC, durationMs: 1000 })
    await inState(seen, 'running')
    await eventually('the end of the recording', () => pids.length === 1 && !pids.some(isProcessAlive))
    peer.fault = (request) => (request.startsWith('PUT') && !seen.cancelRequested ? { status: 503 } : null)
    peer.cancel(target)
    await eventually('an end', () => seen.end, 40_000)
    expect(seen.state).toBe('cancelled')
  }, 60_000)

  it('stops when the server has given it up', async () => {
    start()
    const { seen } = offer(LONG)
    await eventually('chunks', () => seen.chunks.size >= 2)
    seen.state = 'failed'
    await eventually('a dead tracer', () => !pids.some(isProcessAlive))
    expect(seen.end).toBeNull()
    await eventually('an empty spool', async () => (await spooled()).length === 0)
  })

  it('is not run twice, however often it is offered', async () => {
    start()
    const { target, seen } = offer({ ...SPEC, durationMs: 1000 })
    for (let i = 0; i < 3; i++) peer.send({ type: 'start', target, spec: SPEC })
    await inState(seen, 'done')
    peer.send({ type: 'start', target, spec: SPEC })
    const other = offer()
    await inState(other.seen, 'done')
    expect(pids).toHaveLength(2)
    expect(seen.state).toBe('done')
  })

  it('hears of an offer twice after a refusal: the server gets the same end again', async () => {
    start({
      plan: () => {
        throw new TraceRefusal('no-process', 'No process is called nginx.')
      },
    })
    const { target, seen } = offer()
    await inState(seen, 'refused')
    // The server was restored from a backup and does not know.
    const again = peer.offer(target, SPEC)
    await eventually('the same refusal', async () => {
      if (again.state === 'refused') return true
      // The agent may still be putting the first one away; a server offers again what is not taken.
      peer.send({ type: 'start', target, spec: SPEC })
      await pause(100)
      return false
    })
    expect(again.end).toEqual(seen.end)
    expect(again.end).toEqual({ state: 'refused', reason: 'no-process', message: 'No process is called nginx.' })
  })

  it('may be started later when it could not be accepted at first', async () => {
    start()
    peer.fault = (request) => (request.endsWith('/accept') ? { status: 409, state: 'queued' } : null)
    const { target, seen } = offer()
    await eventually('the accept', () => peer.requests.some((request) => request.endsWith('/accept')))
    peer.fault = () => null
    // Until the agent has let go of it, an offer of the same target is one that it is already at work on.
    await eventually('a run', async () => {
      peer.send({ type: 'start', target, spec: SPEC })
      await pause(100)
      return seen.state !== 'offered'
    })
    await inState(seen, 'done')
  })

  it('of which a cancel is all that arrived is over at once', async () => {
    start()
    await eventually('a poll', () => peer.polls.length > 0)
    const { target, seen } = offer(LONG)
    // The start is taken back before it is sent.
    peer.send({ type: 'cancel', target })
    seen.cancelRequested = true
    await inState(seen, 'cancelled')
    expect(pids.some(isProcessAlive)).toBe(false)
  })
})

describe('refusals', () => {
  it('busy: two run, the third is refused, and after one ends there is room', async () => {
    start()
    const running = [offer(LONG), offer(LONG)]
    for (const { seen } of running) await inState(seen, 'running')
    const third = offer()
    await inState(third.seen, 'refused')
    expect(third.seen.end).toMatchObject({ reason: 'busy' })
    peer.cancel(running[0]?.target ?? { captureId: '', attempt: 1 })
    await eventually('one less', () => running[0]?.seen.state === 'cancelled')
    const fourth = offer()
    await inState(fourth.seen, 'done')
  })

  it('disabled: refused at the start, and a running one is stopped', async () => {
    start()
    const running = offer(LONG)
    await eventually('chunks', () => running.seen.chunks.size >= 2)
    await writeFile(killSwitchFile, '')
    await inState(running.seen, 'failed')
    expect(running.seen.end).toMatchObject({ reason: 'disabled', quality: { partial: true } })
    expect(pids.some(isProcessAlive)).toBe(false)
    const next = offer()
    await inState(next.seen, 'refused')
    expect(next.seen.end).toMatchObject({ reason: 'disabled', message: `Tracing is switched off on this host: ${killSwitchFile} exists.` })
    peer.send({ type: 'query', queryId: 'query-1', query: { kind: 'plan', spec: SPEC } })
    expect(await eventually('an answer', () => peer.answers.get('query-1'))).toMatchObject({ preview: { ok: false, reason: 'disabled' } })
  })

  it('bad-spec: a start that this agent cannot read is refused, and the commands beside it are obeyed', async () => {
    start()
    const strange = offer({ recipe: 'of-the-future', durationMs: 1 })
    peer.send({ type: 'dance' })
    peer.send({ type: 'query', queryId: 'query-1', query: { kind: 'of-the-future' } })
    peer.send({ type: 'query', queryId: 'query-2', query: { kind: 'processes' } })
    await inState(strange.seen, 'refused')
    expect(strange.seen.end).toMatchObject({ reason: 'bad-spec' })
    expect(await eventually('an answer', () => peer.answers.get('query-2'))).toMatchObject({ kind: 'processes' })
    expect(await eventually('a refusal', () => peer.answers.get('query-1'))).toEqual({
      kind: 'error',
      message: 'This agent does not understand the question; it may be older than the server.',
    })
  })
})

describe('failures', () => {
  it('a tracer that fails is reported with its words and what it has', async () => {
    const quality = { ...EMPTY_QUALITY, samples: 10 }
    start({
      record: async (hooks) => {
        await hooks.onAttached([COMMAND])
        await hooks.onResult({ kind: 'profile', profile: makeProfile(10) })
        throw new TraceFailure('nothing-attached', 'bpftrace: no such probe', quality)
      },
    })
    const { seen } = offer()
    await inState(seen, 'failed')
    expect(seen.end).toMatchObject({
      reason: 'nothing-attached',
      message: 'bpftrace: no such probe',
      quality: { samples: 10, partial: true },
    })
    expect(seen.chunks.size).toBe(1)
  })

  it('an error of our own is "internal", not silence', async () => {
    start({
      record: async () => {
        throw new TypeError('of undefined')
      },
    })
    const { seen } = offer()
    await inState(seen, 'failed')
    expect(seen.end).toMatchObject({ reason: 'internal', message: 'of undefined' })
  })

  it('a result larger than a chunk travels in several', async () => {
    const big = makeProfile(2000, { nameLength: 500 })
    start({
      record: async (hooks) => {
        await hooks.onAttached([COMMAND])
        await hooks.onResult({ kind: 'profile', profile: big })
        return { quality: EMPTY_QUALITY, recordedMs: 1 }
      },
    })
    const { seen } = offer()
    await inState(seen, 'done')
    expect(seen.chunks.size).toBeGreaterThan(1)
    expect([...seen.chunks.values()].reduce((sum, { raw }) => sum + decodeProfile(raw).samples.length, 0)).toBe(2000)
  })
})

describe('the agent', () => {
  it('finishes a capture while the gateway is away, and brings it when it is back', async () => {
    start()
    const { seen } = offer({ ...SPEC, durationMs: 1500 })
    await eventually('chunks', () => seen.chunks.size >= 1)
    await peer.stop()
    await eventually('the end of the recording', () => !pids.some(isProcessAlive))
    expect(seen.state).toBe('running')
    expect(await spooled()).toHaveLength(1)
    await peer.start()
    await inState(seen, 'done')
    expect(seen.finish?.quality.partial).toBe(false)
  })

  it('stopped in the middle of a capture, keeps what there is, reports it, and is gone within 5 s', async () => {
    start()
    const { seen } = offer(LONG)
    await eventually('chunks', () => seen.chunks.size >= 2)
    const stoppedAt = performance.now()
    stopping.abort()
    await agent
    expect(performance.now() - stoppedAt).toBeLessThan(5000)
    expect(seen.end).toMatchObject({ state: 'failed', reason: 'agent-shutdown', quality: { partial: true } })
    expect(pids.some(isProcessAlive)).toBe(false)
  })

  it('stopped while the gateway is away, reports at its next start', async () => {
    start()
    const { seen } = offer(LONG)
    await eventually('chunks', () => seen.chunks.size >= 2)
    await peer.stop()
    const stoppedAt = performance.now()
    stopping.abort()
    await agent
    expect(performance.now() - stoppedAt).toBeLessThan(5000)
    expect(seen.end).toBeNull()
    await peer.start()
    start()
    await inState(seen, 'failed')
    expect(seen.end).toMatchObject({ reason: 'agent-shutdown' })
    expect(pids).toEqual([])
  })

  it('enrols again when its token is rejected, and is the same host', async () => {
    start()
    await eventually('a heartbeat', () => peer.heartbeats.length > 0)
    expect(peer.heartbeats[0]).toMatchObject({ labels: { env: 'test' }, facts: { hostname: 'test-host' } })
    const before = [...peer.agentTokens]
    peer.agentTokens.clear()
    const { seen } = offer()
    await inState(seen, 'done')
    const after = [...peer.agentTokens]
    expect(after[0]?.[1]).toBe(before[0]?.[1])
    expect(after[0]?.[0]).not.toBe(before[0]?.[0])
    expect(peer.requests.filter((request) => request === 'POST /enrol')).toHaveLength(2)
  })

  it('without a join token, or with a bad one, says what to do', async () => {
    const env = { gatewayUrl: peer.url, stateDir, labels: {}, hostName: null, logLevel: 'silent', bpfHelper: null, policyFile: null }
    start({}, { env: { ...env, joinToken: null } })
    await expect(agent).rejects.toThrow(/not enrolled yet.*SONDE_JOIN_TOKEN/)
    start({}, { env: { ...env, joinToken: 'sjt_expired-token' } })
    await expect(agent).rejects.toThrow(/refused to enrol this host: this join token is not valid/)
    await rm(path.join(stateDir, 'identity.json'), { force: true })
  })

  it('uploads nothing for folders that belong to no target, and removes them', async () => {
    await mkdir(path.join(stateDir, 'spool', 'strange-1'), { recursive: true })
    await mkdir(path.join(stateDir, 'work', 'left-1'), { recursive: true })
    start()
    await eventually('a poll', () => peer.polls.length > 0)
    expect(await spooled()).toEqual([])
    await expect(readdir(path.join(stateDir, 'work'))).rejects.toThrow('ENOENT')
  })
})
