import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CaptureSpec, specOfRecipe, syscallSnapshotSchema } from '@sonde/contract'
import { decodeProfile, mergeProfiles } from '@sonde/profile'
import { detectFacts } from '@sonde/tracer'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { isProcessAlive } from './testing/agent-child.ts'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

// The agent as it is started on a host, with perf and bpftrace, against a peer that speaks the gateway's part.
const SPEC: CaptureSpec = specOfRecipe('cpu-and-syscalls', { durationMs: 3000 })
const target = { captureId: 'capture-1', attempt: 1 }
let missing: string[]
let peer: GatewayPeer
let stateDir: string

beforeAll(async () => {
  const { capabilities } = await detectFacts()
  missing = capabilities.flatMap(({ id, available, reason }) =>
    !available && (id === 'stacks' || id === 'syscalls') ? [`${id}: ${reason}`] : [],
  )
})
beforeEach(async ({ skip }) => {
  if (missing.length > 0) skip(`this machine cannot trace. ${missing.join(' ')}`)
  peer = new GatewayPeer()
  await peer.start()
  onTestFinished(() => peer.stop())
  stateDir = await temporaryFolder()
})

function startMain() {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      SONDE_GATEWAY_URL: peer.url,
      SONDE_JOIN_TOKEN: 'sjt_valid-join-token',
      SONDE_STATE_DIR: stateDir,
      SONDE_HOST_NAME: 'named-by-hand',
    },
  })
  let log = ''
  child.stderr.on('data', (data: Buffer) => {
    log += data.toString()
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { child, exited, pid: child.pid ?? -1, log: () => log }
}

/** All living processes below this one that are tracing tools. */
function tracersBelow(pid: number): number[] {
  const parentOf = new Map<number, { parent: number; comm: string }>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
      parentOf.set(Number(name), { parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), comm })
    } catch {
      // Gone between the listing and the look.
    }
  }
  const isBelow = (child: number): boolean => {
    const parent = parentOf.get(child)?.parent ?? 0
    return parent === pid || (parent > 1 && isBelow(parent))
  }
  return [...parentOf].flatMap(([child, { comm }]) => (/^(perf|bpftrace|sonde-bpf)/.test(comm) && isBelow(child) ? [child] : []))
}

describe('the agent with its real tracers', { timeout: 60_000 }, () => {
  it('records CPU and system calls of a process that does both', async () => {
    const busy = spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=512'], { stdio: 'ignore' })
    onTestFinished(() => void busy.kill('SIGKILL'))
    const agent = startMain()
    const seen = peer.offer(target, SPEC)
    await eventually('the end', () => seen.finish ?? seen.end, 40_000)
    expect(seen.end).toBeNull()
    expect(seen.state).toBe('done')
    expect(peer.heartbeats[0]?.facts?.hostname).toBe('named-by-hand')
    const chunks = [...seen.chunks.values()]
    const profile = mergeProfiles(chunks.filter(({ kind }) => kind === 'profile').map(({ raw }) => decodeProfile(raw)))
    expect(profile.hosts).toEqual({ length: 1, id: [[...peer.agentTokens.values()][0]], name: ['named-by-hand'] })
    expect(profile.samples.weight.reduce((sum, weight) => sum + weight, 0)).toBe(seen.finish?.quality.samples)
    expect(Array.from(profile.threads.pid)).toContain(busy.pid)
    const last = chunks.filter(({ kind }) => kind === 'syscalls').at(-1)
    const { rows } = syscallSnapshotSchema.parse(JSON.parse(last?.raw.toString() ?? ''))
    expect(rows.filter((row) => row.pid === busy.pid && row.name === 'write')[0]?.calls).toBeGreaterThan(1000)
    expect(new Set(seen.commands?.map((command) => command.collector))).toEqual(new Set(['stacks', 'syscalls']))
    expect(tracersBelow(agent.pid)).toEqual([])
    agent.child.kill('SIGTERM')
    expect(await agent.exited).toBe(0)
    expect(await readdir(path.join(stateDir, 'spool'))).toEqual([])
    expect(await readdir(path.join(stateDir, 'work'))).toEqual([])
  })

  it('cancelled, has no tracer left within 2 s and keeps the part', async () => {
    const agent = startMain()
    const seen = peer.offer(target, { ...SPEC, durationMs: 60_000 })
    await eventually('chunks', () => seen.chunks.size >= 2, 30_000)
    const tracers = tracersBelow(agent.pid)
    expect(tracers.length).toBeGreaterThanOrEqual(2)
    const cancelledAt = performance.now()
    peer.cancel(target)
    await eventually('no tracers', () => !tracers.some(isProcessAlive))
    expect(performance.now() - cancelledAt).toBeLessThan(2000)
    await eventually('the end', () => seen.end)
    expect(seen.end).toMatchObject({ state: 'cancelled', quality: { partial: true } })
    expect(tracersBelow(agent.pid)).toEqual([])
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('ended by %s, leaves no tracer, and the capture has an end', async (signal) => {
    const agent = startMain()
    const seen = peer.offer(target, { ...SPEC, durationMs: 60_000 })
    await eventually('chunks', () => seen.chunks.size >= 2, 30_000)
    const tracers = tracersBelow(agent.pid)
    const endedAt = performance.now()
    agent.child.kill(signal)
    await agent.exited
    expect(performance.now() - endedAt).toBeLessThan(5000)
    await eventually('no tracers', () => !tracers.some(isProcessAlive), 1000)
    if (signal === 'SIGKILL') startMain()
    await eventually('the end', () => seen.end, 20_000)
    expect(seen.end).toMatchObject({ state: 'failed', reason: signal === 'SIGKILL' ? 'agent-restarted' : 'agent-shutdown' })
    expect(seen.end?.quality?.partial).toBe(true)
  })

  it('refuses a filter that matches nothing, and answers live questions', async () => {
    startMain()
    const seen = peer.offer(target, { ...SPEC, filter: { kind: 'process', name: 'no-such-comm' } })
    await eventually('the end', () => seen.end, 20_000)
    expect(seen.end).toMatchObject({ state: 'refused', reason: 'no-process' })
    peer.send({ type: 'query', queryId: 'query-1', query: { kind: 'processes' } })
    peer.send({ type: 'query', queryId: 'query-2', query: { kind: 'plan', spec: SPEC } })
    const processes = await eventually('the processes', () => peer.answers.get('query-1'))
    expect(processes.kind === 'processes' && processes.processes.rows.some((row) => row.pid === process.pid)).toBe(true)
    const plan = await eventually('the plan', () => peer.answers.get('query-2'))
    const tools = plan.kind === 'plan' && plan.preview.ok ? plan.preview.commands.map((command) => command.tool) : []
    expect(tools).toContain('perf')
    expect(tools.some((tool) => tool === 'sonde-bpf' || tool === 'bpftrace')).toBe(true)
  })
})
