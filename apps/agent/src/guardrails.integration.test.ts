import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type CaptureSpecInput, captureSpecSchema, type HostFacts, specOfRecipe } from '@sonde/contract'
import { detectFacts } from '@sonde/tracer'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { LeftoverWatch } from './testing/leftovers.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import type { TracingAgentOptions } from './testing/tracing-agent.ts'

// A real agent with real tools and a policy of its own, against a peer that speaks the gateway's part.
const root = path.resolve(import.meta.dirname, '../../..')
const helper = path.join(root, 'native/dist', process.arch, 'sonde-bpf')
const has = (command: string) => spawnSync('which', [command]).status === 0
const isUsable = process.getuid?.() === 0 && existsSync(helper) && ['perf', 'bpftool', 'gcc', 'dd'].every(has)

let facts: HostFacts
let folder: string
let peer: GatewayPeer
beforeAll(async () => {
  if (isUsable) facts = await detectFacts({ bpfHelper: helper })
})
beforeEach(async () => {
  folder = await temporaryFolder()
  peer = new GatewayPeer()
  await peer.start()
  onTestFinished(() => peer.stop())
})

const policyFile = () => path.join(folder, 'policy.yaml')
const setPolicy = (text: string) => writeFileSync(policyFile(), `version: 1\n${text}\n`)
const target = (number: number) => ({ captureId: `capture-${number}`, attempt: 1 })
const spec = (durationMs: number, ...instruments: CaptureSpecInput['instruments']) =>
  captureSpecSchema.parse({ version: 2, recipe: null, durationMs, instruments })
const syscalls = (durationMs: number) => specOfRecipe('syscall-breakdown', { durationMs })

async function startAgent() {
  const stateDir = path.join(folder, 'state')
  mkdirSync(stateDir)
  const factsFile = path.join(folder, 'facts.json')
  writeFileSync(factsFile, JSON.stringify(facts))
  const options: TracingAgentOptions = { gatewayUrl: peer.url, stateDir, bpfHelper: helper, policyFile: policyFile(), factsFile }
  const script = path.join(import.meta.dirname, 'testing/tracing-agent.ts')
  const agent = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  agent.stderr.on('data', (data: Buffer) => {
    log += data
  })
  const exited = new Promise((resolve) => agent.once('exit', resolve))
  onTestFinished(async () => {
    agent.kill('SIGKILL')
    await exited
  })
  await eventually('an agent that asks for work', () => peer.polls.length > 0, 30_000)
  return { log: () => log, stateDir, watch: new LeftoverWatch(agent.pid ?? -1, folder), pid: agent.pid ?? -1 }
}

/** The agent's tools that run, and what they have in the kernel. */
function traces(watch: LeftoverWatch): string[] {
  const { processes, bpf, traceEvents } = watch.look()
  return [...processes.filter((line) => /^\d+ (perf|bpftrace|sonde-bpf|timeout|setpriv)/.test(line)), ...bpf, ...traceEvents]
}

function busy(...command: string[]): void {
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
}

describe.skipIf(!isUsable)('an agent within its host’s policy', { timeout: 90_000 }, () => {
  it('brakes what fires too often: the target ends done, with the part and the reason', async () => {
    setPolicy('budget: { hitsPerSecond: 1000 }')
    busy('dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1')
    const agent = await startAgent()
    const offered = peer.offer(target(1), syscalls(60_000))
    await eventually('the end', () => offered.finish ?? offered.end, 40_000)
    expect(offered.end).toBeNull()
    expect(offered.state).toBe('done')
    expect(offered.finish?.quality.braked).toMatch(/^The probes fired [\d,]+ times a second; this host allows 1,000\.$/)
    expect(offered.finish?.quality.partial).toBe(true)
    expect(offered.finish?.recordedMs).toBeLessThan(30_000)
    expect(offered.chunks.size).toBeGreaterThan(0)
    await eventually('nothing that traces', () => traces(agent.watch).length === 0)
  })

  it('refuses what the policy forbids, tells the server what it says, and follows it when it changes', async () => {
    setPolicy('limits: { seconds: 5 }\ncollectors: [syscalls]')
    await startAgent()
    const tooLong = peer.offer(target(1), syscalls(6_000))
    const other = peer.offer(target(2), specOfRecipe('cpu-profile', { durationMs: 2_000 }))
    await eventually('both ends', () => tooLong.end && other.end, 20_000)
    expect(tooLong.end).toMatchObject({
      state: 'refused',
      reason: 'policy',
      message: expect.stringContaining('(limits.seconds): a capture lasts at most 5 s'),
    })
    expect(other.end).toMatchObject({ state: 'refused', reason: 'policy', message: expect.stringContaining('(collectors)') })
    const told = () => peer.heartbeats.findLast(({ facts: sent }) => sent?.policy !== undefined)?.facts?.policy
    await eventually('a heartbeat with the policy', () => told()?.limits.durationMs === 5_000)
    expect(told()).toMatchObject({ source: policyFile(), problem: null, collectors: ['syscalls'] })
    setPolicy('limits: { seconds: 1000000 }')
    const broken = peer.offer(target(3), syscalls(2_000))
    await eventually('its end', () => broken.end, 20_000)
    expect(broken.end).toMatchObject({
      state: 'refused',
      reason: 'policy',
      message: expect.stringContaining('Nothing is allowed on this host'),
    })
    await eventually('a heartbeat that says so', () => told()?.problem?.includes('is at most 300'), 15_000)
    setPolicy('')
    const allowed = peer.offer(target(4), syscalls(1_000))
    await eventually('a result', () => allowed.state === 'done', 30_000)
  })

  it('records as many captures at a time as the policy says', async () => {
    setPolicy('limits: { concurrentCaptures: 1 }')
    await startAgent()
    const first = peer.offer(target(1), syscalls(60_000))
    await eventually('a recording', () => first.state === 'running', 30_000)
    const second = peer.offer(target(2), syscalls(2_000))
    await eventually('its end', () => second.end, 20_000)
    expect(second.end).toMatchObject({ state: 'refused', reason: 'busy' })
    peer.cancel(target(1))
    await eventually('the end of the first', () => first.end, 20_000)
    const third = peer.offer(target(3), syscalls(1_000))
    await eventually('a result', () => third.state === 'done', 30_000)
  })

  it('stops when the gateway is gone, and hands over what it has when it is back', async () => {
    setPolicy('limits: { gatewayGoneSeconds: 15 }')
    const agent = await startAgent()
    const offered = peer.offer(target(1), syscalls(60_000))
    await eventually('chunks', () => offered.chunks.size > 0, 30_000)
    await peer.stop()
    await eventually('the end of the recording', () => agent.log().includes('"capture ended"'), 40_000)
    await eventually('nothing that traces', () => traces(agent.watch).length === 0)
    await peer.start()
    await eventually('the report', () => offered.end, 60_000)
    expect(offered.end).toMatchObject({ state: 'failed', reason: 'gateway-gone', quality: { partial: true } })
    expect(offered.end?.message).toContain('did not answer for 15 s')
    expect(offered.end?.quality?.syscalls).toBeGreaterThan(0)
    expect(offered.chunks.size).toBeGreaterThan(1)
  })

  describe('counting a function first', () => {
    const program = () => path.join(folder, 'hits')
    const stacks = () => ({
      collector: 'stacks' as const,
      probe: { kind: 'uprobe' as const, binary: { of: 'path' as const, path: program() }, function: 'pushed' },
    })
    beforeEach(() => {
      if (!isUsable) return
      const source = path.join(root, 'packages/tracer/src/guardrails/fixtures/hits.c')
      execFileSync('gcc', ['-O1', '-fno-omit-frame-pointer', '-fcf-protection=none', '-o', program(), source])
    })

    it('answers what it would cost, and refuses what costs too much', async () => {
      setPolicy('budget: { hitsPerSecond: 1000, cores: 0.05 }')
      // Without a pause: hundreds of thousands of hits a second, of which firing alone costs too much.
      busy(program(), '0', '0')
      const agent = await startAgent()
      peer.send({ type: 'query', queryId: 'query-1', query: { kind: 'forecast', spec: spec(2_000, stacks()) } })
      const answer = await eventually('an answer', () => peer.answers.get('query-1'), 30_000)
      expect(answer).toMatchObject({ kind: 'forecast', forecast: { ok: true, forecast: { verdict: 'over-budget' } } })
      const offered = peer.offer(target(1), spec(2_000, stacks()))
      await eventually('the end', () => offered.end, 30_000)
      expect(offered.end).toMatchObject({ state: 'refused', reason: 'over-budget' })
      await eventually('nothing that traces', () => traces(agent.watch).length === 0)
    })

    it('is ended by the kill switch too', async () => {
      setPolicy('')
      busy(program(), '0', '1000')
      const agent = await startAgent()
      const offered = peer.offer(target(1), spec(60_000, stacks()))
      await eventually('the count', () => agent.watch.look().processes.some((line) => line.includes('sonde-bpf')), 20_000)
      writeFileSync(path.join(agent.stateDir, 'disabled'), '')
      await eventually('the end', () => offered.end, 10_000)
      expect(offered.end).toMatchObject({ state: 'failed', reason: 'disabled' })
      expect(offered.commands).toBeNull()
      await eventually('nothing that traces', () => traces(agent.watch).length === 0)
    })
  })
})
