import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type CaptureSpec, type CaptureSpecInput, captureSpecSchema, type HostFacts, specOfRecipe } from '@sonde/contract'
import { detectFacts, planCapture, TraceRefusal } from '@sonde/tracer'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { bpfObjects, countOf, heldPrograms, type Leftovers, LeftoverWatch } from './testing/leftovers.ts'
import type { TracingAgentOptions } from './testing/tracing-agent.ts'

/** How many agents are killed. CI does them all; SONDE_KILLS lowers it for a look. */
const KILLS = Number(process.env.SONDE_KILLS ?? 200)
const LANES = 4
const SEED = Number(process.env.SONDE_KILLS_SEED ?? 20_261_125)
/** What the kernel and the probe guard may take after the agent is gone. */
const GRACE_MS = 3_000
const root = path.resolve(import.meta.dirname, '../../..')
const builtHelper = path.join(root, 'native/dist', process.arch, 'sonde-bpf')
const has = (command: string) => spawnSync('which', [command]).status === 0
const missing = ['perf', 'bpftrace', 'bpftool', 'gcc'].filter((command) => !has(command))
const isUsable = process.getuid?.() === 0 && missing.length === 0 && existsSync(builtHelper)

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-kills-'))
const agentFile = path.join(folder, 'agent.mjs')
const program = path.join(folder, 'hits')
const helper = path.join(folder, 'sonde-bpf')
const policyFile = path.join(folder, 'policy.yaml')
let facts: HostFacts
let workload: ChildProcess
let lastProgram = 0

/** What is asked of the agents: a capture, or a forecast (which is nothing but the dry count). `withHelper`: else bpftrace does the work. */
type Work = { name: string; spec: CaptureSpec; ask: 'capture' | 'forecast'; withHelper: boolean; upToMs: number }
const works: Work[] = []

beforeAll(async () => {
  if (!isUsable) return
  const source = path.join(root, 'packages/tracer/src/guardrails/fixtures/hits.c')
  execFileSync('gcc', ['-O1', '-fno-omit-frame-pointer', '-fcf-protection=none', '-o', program, source])
  workload = spawn(program, ['0', '1000'], { stdio: 'ignore' })
  // Bundled, as agents are: it starts in a fraction of the time.
  await build({
    entryPoints: [path.join(import.meta.dirname, 'testing/tracing-agent.ts')],
    outfile: agentFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    logLevel: 'error',
  })
  // A budget beyond all that happens here: this is about kills, not about brakes.
  writeFileSync(policyFile, 'version: 1\nbudget: { cores: 64, hitsPerSecond: 100000000 }\n')
  copyFileSync(builtHelper, helper)
  facts = await detectFacts({ bpfHelper: helper })
  const uprobe = (at: 'entry' | 'return') => ({ kind: 'uprobe', binary: { of: 'path', path: program }, function: 'pushed', at }) as const
  const spec = (...instruments: CaptureSpecInput['instruments']) =>
    captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 1_500, instruments })
  const candidates: Work[] = [
    { name: 'CPU profile', spec: specOfRecipe('cpu-profile', { durationMs: 1_500 }), ask: 'capture', withHelper: true, upToMs: 3_000 },
    {
      name: 'CPU and system calls',
      spec: specOfRecipe('cpu-and-syscalls', { durationMs: 1_500 }),
      ask: 'capture',
      withHelper: true,
      upToMs: 3_500,
    },
    { name: 'system calls by bpftrace', spec: spec({ collector: 'syscalls' }), ask: 'capture', withHelper: false, upToMs: 3_500 },
    {
      name: 'stacks at a function',
      spec: spec({ collector: 'stacks', probe: uprobe('entry') }),
      ask: 'capture',
      withHelper: true,
      upToMs: 4_500,
    },
    {
      name: 'counts of a function',
      spec: spec({ collector: 'counts', probes: [uprobe('entry')] }),
      ask: 'capture',
      withHelper: true,
      upToMs: 5_000,
    },
    {
      name: 'latency of a function',
      spec: spec({ collector: 'latency', start: { probe: uprobe('entry') }, probe: uprobe('return') }),
      ask: 'capture',
      withHelper: true,
      upToMs: 5_000,
    },
    {
      name: 'events at a tracepoint',
      spec: spec({ collector: 'events', probe: { kind: 'tracepoint', category: 'sched', name: 'sched_process_exec' }, fields: ['pid'] }),
      ask: 'capture',
      withHelper: true,
      upToMs: 5_000,
    },
    { name: 'time off the CPU', spec: spec({ collector: 'offcpu' }), ask: 'capture', withHelper: true, upToMs: 3_500 },
    {
      name: 'forecast',
      spec: spec({ collector: 'stacks', probe: uprobe('return') }),
      ask: 'forecast',
      withHelper: true,
      upToMs: 2_000,
    },
  ]
  for (const work of candidates) {
    try {
      const plan = await planCapture(work.spec, factsFor(work.withHelper))
      plan.release()
      works.push(work)
    } catch (error) {
      if (!(error instanceof TraceRefusal)) throw error
      console.log(`  not among the kills: ${work.name} (${error.message})`)
    }
  }
  lastProgram = Math.max(0, ...bpfObjects('prog'))
}, 60_000)
afterAll(() => {
  workload?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function factsFor(withHelper: boolean, ownHelper = helper): HostFacts {
  if (withHelper) return { ...facts, tools: facts.tools.map((tool) => (tool.path === helper ? { ...tool, path: ownHelper } : tool)) }
  return {
    ...facts,
    capabilities: facts.capabilities.map((c) => (c.id === 'bpf-helper' ? { ...c, available: false, reason: 'left out here' } : c)),
  }
}

/** Numerical Recipes' LCG: the same moments at every run with the same seed. Each lane has its own. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

type Kill = { work: string; moment: string; phase: string; graceMs: number; left: Leftovers }

async function killOne(number: number, work: Work, share: number): Promise<Kill> {
  const peer = new GatewayPeer()
  await peer.start()
  // Its own name for the helper, by which its processes can be told from everyone else's.
  const home = path.join(folder, `agent-${number}`)
  const own = { stateDir: path.join(home, 'state'), helper: path.join(home, 'sonde-bpf'), factsFile: path.join(home, 'facts.json') }
  mkdirSync(own.stateDir, { recursive: true })
  linkSync(helper, own.helper)
  writeFileSync(own.factsFile, JSON.stringify(factsFor(work.withHelper, own.helper)))
  const options: TracingAgentOptions = {
    gatewayUrl: peer.url,
    stateDir: own.stateDir,
    bpfHelper: work.withHelper ? own.helper : null,
    policyFile,
    factsFile: own.factsFile,
  }
  const agent = spawn(process.execPath, [agentFile, JSON.stringify(options)], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  agent.stderr.on('data', (data: Buffer) => {
    log += data
  })
  const exited = new Promise((resolve) => agent.once('exit', resolve))
  const watch = new LeftoverWatch(agent.pid ?? -1, home)
  const noting = setInterval(() => watch.note(), 150)
  try {
    await eventually('an agent that asks for work', () => peer.polls.length > 0, 30_000)
    const target = { captureId: `kill-${number}`, attempt: 1 }
    const offered = work.ask === 'capture' ? peer.offer(target, work.spec) : null
    if (offered === null) peer.send({ type: 'query', queryId: `query-${number}`, query: { kind: 'forecast', spec: work.spec } })
    // Three in four from the offer on; the others once it records, so that its end is among the moments too.
    const from = offered !== null && number % 4 === 3 ? 'running' : 'offer'
    if (from === 'running') await eventually('a recording', () => offered?.state !== 'offered' && offered?.state !== 'accepted', 30_000)
    const atMs = Math.round(share * (from === 'running' ? work.spec.durationMs + 1_500 : work.upToMs))
    await new Promise((resolve) => setTimeout(resolve, atMs))
    if (agent.exitCode !== null) throw new Error(`the agent has ended by itself: ${log.slice(-2_000)}`)
    watch.note()
    agent.kill('SIGKILL')
    await exited
    const killedAt = performance.now()
    const answered = peer.answers.has(`query-${number}`)
    const phase = offered?.state ?? (answered ? 'answered' : 'counting')
    if (offered?.end) throw new Error(`${work.name} could not run: ${offered.end.message}`)
    let left = watch.look()
    while (countOf(left) > 0 && performance.now() - killedAt < GRACE_MS) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      left = watch.look()
    }
    return { work: work.name, moment: `${atMs} ms after the ${from}`, phase, graceMs: Math.round(performance.now() - killedAt), left }
  } finally {
    clearInterval(noting)
    agent.kill('SIGKILL')
    await exited
    await peer.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

describe.skipIf(!isUsable)('kill -9 at random moments', () => {
  it('would be seen to leave something: a process, a BPF program, a tracefs event', async () => {
    // A leader whose children do not die with it.
    const script = 'bpftrace -e "tracepoint:raw_syscalls:sys_enter { @ = count(); }" >/dev/null 2>&1 & sleep 60 & wait'
    const leader = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' })
    const exited = new Promise((resolve) => leader.once('exit', resolve))
    const watch = new LeftoverWatch(leader.pid ?? -1, path.join(folder, 'nobody'))
    const event = `sonde_1_${leader.pid}_1/probe1`
    try {
      await eventually('a BPF program', () => {
        watch.note()
        return watch.look().bpf.length > 0
      })
      writeFileSync('/sys/kernel/tracing/uprobe_events', `p:${event} ${program}:0x1000`, { flag: 'a' })
      leader.kill('SIGKILL')
      await exited
      const left = watch.look()
      expect(left.processes.map((process) => process.split(' ')[1]).sort()).toEqual(['bpftrace', 'sleep'])
      expect(left.bpf.length).toBeGreaterThan(0)
      expect(left.traceEvents).toEqual([expect.stringContaining(event)])
    } finally {
      for (const process_ of watch.look().processes) process.kill(Number(process_.split(' ')[0]), 'SIGKILL')
      if (readFileSync('/sys/kernel/tracing/uprobe_events', 'utf8').includes(event))
        writeFileSync('/sys/kernel/tracing/uprobe_events', `-:${event}`, { flag: 'a' })
    }
    await eventually('nothing', () => countOf(watch.look()) === 0)
  }, 60_000)

  it(`leaves nothing behind: no tracer, no BPF program, no tracefs event (${KILLS} kills)`, async () => {
    const kills: Kill[] = []
    let started = 0
    const lane = async (index: number) => {
      const next = random(SEED + index)
      // The first values of such a generator are close to its seed.
      for (let i = 0; i < 10; i++) next()
      while (started < KILLS) {
        const number = started++
        const work = works[number % works.length]
        if (work !== undefined) kills.push(await killOne(number, work, next()))
      }
    }
    const startedMs = performance.now()
    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)))
    const tally = (of: (kill: Kill) => string) => {
      const counts = new Map<string, number>()
      for (const kill of kills) counts.set(of(kill), (counts.get(of(kill)) ?? 0) + 1)
      return [...counts].map(([what, count]) => `${what} ${count}`).join(', ')
    }
    const dirty = kills.filter(({ left }) => countOf(left) > 0)
    const grace = kills.map(({ graceMs }) => graceMs).sort((a, b) => a - b)
    console.log(
      [
        `  ${kills.length} kills in ${Math.round((performance.now() - startedMs) / 1000)} s, seed ${SEED}: ${dirty.length} with leftovers`,
        `  by what ran: ${tally(({ work }) => work)}`,
        `  by how far it was: ${tally(({ phase }) => phase)}`,
        `  until all was gone: median ${grace[grace.length >> 1]} ms, at most ${grace.at(-1)} ms`,
        ...dirty.map((kill) => `  left by "${kill.work}" ${kill.moment} (${kill.phase}): ${JSON.stringify(kill.left)}`),
      ].join('\n'),
    )
    expect(kills.length).toBe(KILLS)
    expect(dirty).toEqual([])
    // Programs that nobody holds any more, whoever made them since: others' are held, or on their way out.
    const orphans = () => {
      const held = heldPrograms()
      return bpfObjects('prog').filter((id) => id > lastProgram && !held.has(id))
    }
    await expect.poll(orphans, { timeout: 10_000, interval: 500 }).toEqual([])
  }, 900_000)
})
