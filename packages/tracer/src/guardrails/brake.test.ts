import { type ChildProcess, spawn } from 'node:child_process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BrakeJudge, type BrakeReading, type HitRate, HitRates, startBrake } from './brake.ts'
import { TracerUsage } from './tracer-usage.ts'

const budget = { hitsPerSecond: 1_000, cores: 0.5, memoryBytes: 100 * 1024 * 1024, outputBytes: 1024 * 1024 }
const reading = (more: Partial<BrakeReading> = {}): BrakeReading => ({
  elapsedMs: 500,
  cpuSeconds: 0,
  memoryBytes: 0,
  outputBytes: 0,
  rate: null,
  ...more,
})
const rate = (more: Partial<HitRate>): Partial<BrakeReading> => ({ rate: { hitsPerSecond: 0, cores: 0, coveredMs: 500, ...more } })

describe('BrakeJudge', () => {
  it.each([
    ['hits', rate({ hitsPerSecond: 1_002 }), rate({ hitsPerSecond: 1_000 }), '1,002 times a second; this host allows 1,000'],
    ['the cost of hits', rate({ cores: 0.52 }), rate({ cores: 0.5 }), '0.52 cores'],
    ['memory', { memoryBytes: 101 * 1024 * 1024 }, { memoryBytes: 100 * 1024 * 1024 }, '101 MiB of memory'],
    ['output', { outputBytes: 1.5 * 1024 * 1024 }, { outputBytes: 1024 * 1024 }, 'The result was 1.5 MiB large'],
  ])('acts at the second reading in a row with too much of %s', (_what, above, within, words) => {
    const judge = new BrakeJudge(budget)
    expect(judge.judge(reading(above))).toBeNull()
    expect(judge.judge(reading(within))).toBeNull()
    expect(judge.judge(reading(above))).toBeNull()
    expect(judge.judge(reading(above))).toContain(words)
  })

  it('takes no news for no change: readings in between neither add nor forgive', () => {
    const judge = new BrakeJudge(budget)
    expect(judge.judge(reading(rate({ hitsPerSecond: 2_000 })))).toBeNull()
    for (let i = 0; i < 3; i++) expect(judge.judge(reading())).toBeNull()
    expect(judge.judge(reading(rate({ hitsPerSecond: 2_000 })))).toContain('2,000 times a second')
  })

  it('acts at once on news of two seconds', () => {
    expect(new BrakeJudge(budget).judge(reading(rate({ hitsPerSecond: 2_000, coveredMs: 2_000 })))).toContain('2,000 times a second')
  })

  it('lets tools use CPU in bursts, but not for long', () => {
    const judge = new BrakeJudge(budget)
    // Two seconds of two cores, then quiet, again and again: half a core on average.
    for (let burst = 0; burst < 5; burst++) {
      for (let i = 0; i < 3; i++) expect(judge.judge(reading({ cpuSeconds: 1 }))).toBeNull()
      for (let i = 0; i < 10; i++) expect(judge.judge(reading())).toBeNull()
    }
    const verdicts = Array.from({ length: 8 }, () => judge.judge(reading({ cpuSeconds: 1 })))
    expect(verdicts.findIndex((verdict) => verdict !== null)).toBe(5)
    expect(verdicts[5]).toContain('used 2.00 cores; this host allows 0.50')
  })
})

describe('HitRates', () => {
  it('adds up collectors that tell at different paces, and costs them as they cost', () => {
    const fast = { id: 'stacks' as const, activity: { hits: 100 } }
    const slow = { id: 'syscalls' as const, activity: { hits: 0 } }
    const rates = new HitRates([fast, slow], (id) => (id === 'stacks' ? 1_000_000 : 1_000), 0)
    fast.activity.hits += 50
    expect(rates.read(500)).toEqual({ hitsPerSecond: 100, cores: 0.1, coveredMs: 500 })
    expect(rates.read(600)).toBeNull()
    slow.activity.hits += 20_000
    expect(rates.read(2_000)).toEqual({ hitsPerSecond: 100 + 10_000, cores: 0.1 + 0.01, coveredMs: 2_000 })
    fast.activity.hits += 1
    // What was last heard of the slow one still holds, until it has been silent for long.
    expect(rates.read(3_000)?.hitsPerSecond).toBeCloseTo(10_000 + 1 / 2.5)
    expect(rates.read(7_000)?.hitsPerSecond).toBeCloseTo(1 / 2.5)
  })
})

function child(command: string, ...args: string[]): ChildProcess {
  const started = spawn(command, args, { stdio: 'ignore' })
  onTestFinished(() => void started.kill('SIGKILL'))
  return started
}

describe('TracerUsage', () => {
  it('counts the CPU time and memory of a whole tree, and keeps what has ended', async () => {
    // A guard whose child spins for half a second and then holds 20 MB.
    const script =
      'const until = Date.now() + 500; while (Date.now() < until); const held = Buffer.alloc(20e6, 1); setInterval(() => held, 1e6)'
    const guard = child('setpriv', '--pdeathsig', 'KILL', '--', 'timeout', '60', process.execPath, '-e', script)
    const usage = new TracerUsage()
    const before = await usage.read([guard.pid ?? -1])
    let after = before
    await expect
      .poll(
        async () => {
          after = await usage.read([guard.pid ?? -1])
          return after.cpuSeconds - before.cpuSeconds > 0.3 && after.memoryBytes > 20e6 && after.pids.length === 2
        },
        { timeout: 10_000 },
      )
      .toBe(true)
    guard.kill('SIGTERM')
    await new Promise((resolve) => guard.once('exit', resolve))
    const ended = await usage.read([guard.pid ?? -1])
    expect(ended.pids).toEqual([])
    expect(ended.memoryBytes).toBe(0)
    expect(ended.cpuSeconds).toBeGreaterThanOrEqual(after.cpuSeconds)
  })
})

describe('startBrake', () => {
  it('stops a capture whose tools eat a core, and no other', async () => {
    const stopped: string[] = []
    const view = (guardPids: number[], hits: () => number) => ({
      collectors: [
        {
          id: 'counts' as const,
          guardPids,
          get activity() {
            return { hits: hits() }
          },
        },
      ],
      recordedMs: () => 0,
      resultBytes: () => 0,
      stop: (reason: string) => void stopped.push(reason),
    })
    const idle = child('sleep', '60')
    let hits = 0
    const release = startBrake(
      view([idle.pid ?? -1], () => hits),
      { budget, nsPerHit: () => 0, readEveryMs: 40 },
    )
    onTestFinished(release)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(stopped).toEqual([])
    const firing = setInterval(() => {
      hits += 10_000
    }, 10)
    onTestFinished(() => clearInterval(firing))
    await expect.poll(() => stopped.length, { timeout: 5_000 }).toBeGreaterThan(0)
    expect(stopped[0]).toMatch(/^The probes fired [\d,]+ times a second; this host allows 1,000\.$/)
  })
})
