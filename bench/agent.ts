import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { specOfRecipe } from '@sonde/contract'
import { GatewayPeer } from '../apps/agent/src/testing/gateway-peer.ts'
import { machineFacts } from './machine-facts.ts'
import { median, spread } from './median.ts'

/**
 * What the agent costs a host: its built bundle, against a gateway that answers, first idle (heartbeats and a long poll), then while it
 * records CPU profiles of the whole host at 99 Hz, 60 s each. CPU as a share of one core, memory as resident set, of the agent alone and
 * with the tools that it runs.
 *
 *   npx tsx bench/agent.ts [--captures 3] [--seconds 60]
 *
 * Needs root and perf. Something should use the CPUs meanwhile: idle ones are not sampled.
 */
const { values } = parseArgs({ options: { captures: { type: 'string', default: '3' }, seconds: { type: 'string', default: '60' } } })
const [captures, seconds] = [Number(values.captures), Number(values.seconds)]
if (!(captures >= 0) || !(seconds >= 5)) throw new Error('--captures and --seconds take numbers')

/** Enrolment, the host's facts and its catalogues of probes are behind it by then. */
const SETTLE_SECONDS = 45
const TICKS_PER_SECOND = 100
const main = path.resolve(import.meta.dirname, '../apps/agent/dist/main.js')
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))
const peer = new GatewayPeer()

type Usage = { agentCpu: number; toolCpu: number; agentMb: number[]; allMb: number[] }

execFileSync(process.execPath, [path.resolve(import.meta.dirname, '../apps/agent/build.mjs')], { stdio: 'inherit' })
await peer.start()
const agent = spawn(process.execPath, [main], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    SONDE_GATEWAY_URL: peer.url,
    SONDE_JOIN_TOKEN: 'sjt_valid-join-token',
    SONDE_STATE_DIR: path.join(folder, 'state'),
    SONDE_LOG_LEVEL: 'warn',
  },
})
try {
  await pause(SETTLE_SECONDS * 1000)
  const idle = await use(seconds)
  const recording: Usage[] = []
  let samples = 0
  for (let run = 0; run < captures; run++) {
    const target = { captureId: `capture-${run}`, attempt: 1 }
    const seen = peer.offer(target, specOfRecipe('cpu-profile', { durationMs: seconds * 1000 }))
    const whenDone = until(() => seen.finish !== null || seen.end !== null, seconds + 60)
    recording.push(await use(seconds, whenDone))
    if (seen.finish === null) throw new Error(`the capture ended with ${JSON.stringify(seen.end)}`)
    samples += seen.finish.quality.samples
    await pause(5_000)
  }
  console.log(machineFacts())
  console.log(
    `\nidle: ${seconds} s, n = 1; recording: ${seconds} s each, n = ${captures}, ${Math.round(samples / Math.max(1, captures))} samples each\n`,
  )
  console.log('| | agent CPU, % of a core | tools CPU, % of a core | agent memory, MB | with its tools, MB |')
  console.log('|---|---|---|---|---|')
  console.log(row('idle', [idle]))
  if (captures > 0) console.log(row('recording at 99 Hz', recording))
} finally {
  agent.kill('SIGTERM')
  await new Promise((resolve) => agent.once('exit', resolve))
  await peer.stop()
  rmSync(folder, { recursive: true, force: true })
}

function row(name: string, usages: readonly Usage[]): string {
  const share = (of: (usage: Usage) => number) =>
    figure(
      usages.map((usage) => of(usage) * 100),
      2,
    )
  const memory = (of: (usage: Usage) => number[]) => `${figure(usages.flatMap(of), 0)}`
  return `| ${name} | ${share((u) => u.agentCpu)} | ${share((u) => u.toolCpu)} | ${memory((u) => u.agentMb)} | ${memory((u) => u.allMb)} |`
}

function figure(numbers: readonly number[], digits: number): string {
  const text = median(numbers).toFixed(digits)
  return numbers.length < 2 ? text : `${text} (${spread(numbers, digits)})`
}

/** Cores used over the given time (and until the other thing is done), and memory once a second. */
async function use(forSeconds: number, also: Promise<void> = Promise.resolve()): Promise<Usage> {
  const usage: Usage = { agentCpu: 0, toolCpu: 0, agentMb: [], allMb: [] }
  const pid = agent.pid ?? -1
  const before = cpuOf(pid)
  const begun = performance.now()
  let over = false
  const end = Promise.all([pause(forSeconds * 1000), also]).then(() => {
    over = true
  })
  while (!over) {
    const own = residentMb(pid)
    usage.agentMb.push(own)
    usage.allMb.push(descendants(pid).reduce((sum, child) => sum + residentMb(child), own))
    await Promise.race([pause(1000), end])
  }
  await end
  const elapsed = (performance.now() - begun) / 1000
  const after = cpuOf(pid)
  usage.agentCpu = (after.own - before.own) / elapsed
  // Children count once they have ended; all that a capture starts has by then.
  usage.toolCpu = (after.children - before.children) / elapsed
  return usage
}

/** Seconds of CPU (proc(5): utime + stime, cutime + cstime). */
function cpuOf(pid: number): { own: number; children: number } {
  const fields = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')
  return {
    own: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    children: (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND,
  }
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1] ?? 0) / 1024
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name))
      parents.set(
        Number(name),
        Number(
          readProc(Number(name), 'stat')
            .replace(/^.*\) /s, '')
            .split(' ')[1],
        ),
      )
  }
  const below: number[] = []
  for (let level = [pid]; level.length > 0; ) {
    level = [...parents].flatMap(([child, parent]) => (level.includes(parent) ? [child] : []))
    below.push(...level)
  }
  return below
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function until(condition: () => boolean, forSeconds: number): Promise<void> {
  const end = performance.now() + forSeconds * 1000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`it did not come about in ${forSeconds} s`)
    await pause(200)
  }
}
