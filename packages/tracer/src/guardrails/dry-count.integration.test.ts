import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type HostFacts, instrumentSchema, type Probe } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { detectFacts } from '../host/detect-facts.ts'
import { HeldFiles } from '../probes/held-files.ts'
import { resolveProbes } from '../probes/resolve-probes.ts'
import { type CountItem, countListOf } from './count-list.ts'
import { dryCount, placeArgument } from './dry-count.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const isUsable = process.getuid?.() === 0 && existsSync(helper) && spawnSync('which', ['gcc']).status === 0

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-count-'))
const program = path.join(folder, 'hits')
let facts: HostFacts
const files = new HeldFiles()
beforeAll(async () => {
  if (!isUsable) return
  execFileSync('gcc', [
    '-O1',
    '-fno-omit-frame-pointer',
    '-fcf-protection=none',
    '-o',
    program,
    path.join(import.meta.dirname, 'fixtures/hits.c'),
  ])
  facts = await detectFacts({ bpfHelper: helper })
})
afterAll(() => {
  files.close()
  rmSync(folder, { recursive: true })
})

const children: ChildProcess[] = []
function start(file: string, args: readonly string[]) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {})
  children.push(child)
  return Object.assign(child, { pid: child.pid ?? 0, exited: new Promise<number | null>((resolve) => child.once('close', resolve)) })
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const uprobe = (name: 'pushed' | 'leaf', at: 'entry' | 'return' = 'entry'): Probe => ({
  kind: 'uprobe',
  binary: { of: 'path', path: program },
  function: name,
  at,
})
const tracepoint = (category: string, name: string): Probe => ({ kind: 'tracepoint', category, name })

async function itemsOf(...probes: Probe[]): Promise<CountItem[]> {
  const fire = (await Promise.all(probes.map((probe) => resolveProbes(probe, files)))).flat()
  const instrument = instrumentSchema.parse({ collector: 'counts', probes })
  return await countListOf({ scope: { kind: 'host' }, collectors: [{ id: 'counts', instrument, probes: { fire, start: [] } }] }, false)
}
const count = (items: CountItem[], more: Partial<Parameters<typeof dryCount>[0]> = {}) =>
  dryCount({ items, scope: { kind: 'host' }, facts, stopAboveHits: 1e9, signal: new AbortController().signal, ...more })

/** BPF programs of this name that the kernel holds, by the descriptors of processes below this one. */
function ownPrograms(): number {
  let programs = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sonde-bpf')) continue
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      if (parent === process.pid) programs++
    } catch {
      // Gone meanwhile.
    }
  }
  return programs
}

describe.skipIf(!isUsable)('sonde-bpf count', () => {
  it('counts every hit, at the entry and at the return, inside and outside of the scope', async () => {
    const [mine, others] = [start(program, ['20000', '0', 'wait']), start(program, ['5000', '0', 'wait'])]
    const [entry, back] = await itemsOf(uprobe('pushed'), uprobe('pushed', 'return'))
    const places = [...(entry?.places ?? []), ...(back?.places ?? [])]
    const counting = start(helper, [
      'count',
      '--duration-ms',
      '20000',
      '--stop-above',
      '49999',
      '--tgid',
      String(mine.pid),
      '--',
      ...places.map(placeArgument),
    ])
    let text = ''
    await new Promise<void>((resolve) =>
      counting.stdout.on('data', (data: Buffer) => {
        text += data
        if (text.includes('"ready"')) resolve()
      }),
    )
    for (const child of [mine, others]) child.stdin.write('x')
    expect(await Promise.all([mine.exited, others.exited])).toEqual([0, 0])
    expect(await counting.exited).toBe(0)
    // 25,000 entries and 25,000 returns: it ended by itself when it had seen them all.
    expect(JSON.parse(text.split('\n')[1] ?? '')).toMatchObject({
      places: [
        [25_000, 20_000, 0],
        [25_000, 20_000, 0],
      ],
    })
  }, 60_000)

  it('says what a probe costs: an emulated first instruction, or one that is stepped', async () => {
    const items = await itemsOf(uprobe('pushed'), uprobe('leaf'), uprobe('pushed', 'return'), uprobe('leaf', 'return'))
    const stepped = ['uprobe-stepped', 'uprobe-stepped', 'uretprobe-stepped', 'uretprobe-stepped']
    const expected = process.arch === 'x64' ? ['uprobe', 'uprobe-stepped', 'uretprobe', 'uretprobe-stepped'] : stepped
    expect(items.map(({ cost }) => cost)).toEqual(expected)
  })

  it('counts for a second, tracepoints and functions at once', async () => {
    start(program, ['0', '1000'])
    const result = await count(await itemsOf(uprobe('pushed'), tracepoint('sched', 'sched_switch')))
    if (result.count === null) throw new Error(result.why)
    expect(result.notes).toEqual([])
    expect(result.count.countedMs).toBeGreaterThan(990)
    const [hits, switches] = result.count.counts
    expect(hits?.hits).toBeGreaterThan(20)
    expect(hits?.hits).toBeLessThan(1_100)
    expect(switches?.hits).toBeGreaterThan(hits?.hits ?? 0)
  }, 30_000)

  it('ends early where it has seen enough, and knows the rate all the same', async () => {
    start(program, ['0', '0'])
    const result = await count(await itemsOf(uprobe('pushed')), { stopAboveHits: 10_000 })
    if (result.count === null) throw new Error(result.why)
    expect(result.count.countedMs).toBeLessThan(900)
    expect(result.count.counts[0]?.hits).toBeGreaterThan(10_000)
  }, 30_000)

  it('an abort ends it at once and leaves nothing attached', async () => {
    const stop = new AbortController()
    const items = await itemsOf(uprobe('pushed'))
    setTimeout(() => stop.abort(), 300)
    expect(await count(items, { signal: stop.signal })).toMatchObject({ count: null, why: expect.stringContaining('failed') })
    await expect.poll(ownPrograms, { timeout: 3_000 }).toBe(0)
  }, 30_000)

  it('counts what it can, and says what it could not', async () => {
    const [pushed, bad] = await itemsOf(uprobe('pushed'), tracepoint('sched', 'sched_switch'))
    if (pushed === undefined || bad === undefined) throw new Error('no items')
    const result = await count([pushed, { ...bad, places: [{ kind: 'tracepoint', id: 999_999, event: 'no:such' }] }])
    expect(result).toMatchObject({
      notes: [expect.stringMatching(/^tracepoint:sched:sched_switch could not be counted beforehand: E[A-Z]+\.$/)],
    })
  }, 30_000)

  it('without the helper: tracepoints by perf stat, functions not at all', async () => {
    const without: HostFacts = { ...facts, capabilities: facts.capabilities.filter(({ id }) => id !== 'bpf-helper') }
    const byPerf = await count(await itemsOf(tracepoint('sched', 'sched_switch')), { facts: without })
    expect(byPerf.count?.counts[0]?.hits).toBeGreaterThan(10)
    expect(await count(await itemsOf(uprobe('pushed')), { facts: without })).toEqual({
      count: null,
      why: 'Counting these probes beforehand needs the program sonde-bpf, which this host does not have.',
    })
  }, 30_000)

  it('counts what a software event will sample', async () => {
    const fire = await resolveProbes({ kind: 'pmu', event: 'context-switches' }, files)
    const items: CountItem[] = [
      {
        label: 'pmu:context-switches',
        collector: 'stacks',
        cost: 'pmu',
        every: 1,
        places: fire.map(() => ({ kind: 'pmu', event: 'context-switches' })),
      },
    ]
    expect((await count(items)).count?.counts[0]?.hits).toBeGreaterThan(10)
  }, 30_000)

  it.each([
    'uprobe,0,1,0,1,x',
    'kprobe,a-b',
    'kprobe,*',
    'kprobe,',
    'tracepoint,1 2',
    'tracepoint,',
    'uprobe,0,1,0,1,2,3',
    '',
    `kprobe,${'a'.repeat(128)}`,
    '../x',
  ])('takes no other places: %j', (place) => {
    const run = spawnSync(helper, ['count', '--duration-ms', '10', '--', place], { encoding: 'utf8' })
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/^sonde-bpf: .+\n$/)
  })
})
