import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { type CallTree, type CallTreeOptions, GROUP_KIND } from './call-tree.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { emptyProfile, ProfileBuilder } from './profile-builder.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const BY_WEIGHT = { group: 'process', order: 'weight' } as const

/** Rows as indented text: `label self/total`. */
function outline(tree: CallTree): string[] {
  return Array.from(
    { length: tree.length },
    (_, i) => `${'  '.repeat(tree.depth[i] ?? 0)}${tree.labels[tree.label[i] ?? 0]} ${tree.self[i]}/${tree.total[i]}`,
  )
}

/** `stacks`: outermost frame first. */
function profileOf(
  rows: { host?: string; pid: number; tid?: number; comm: string; stack: string[]; weight?: number; timeUs?: number }[],
): Profile {
  const builder = new ProfileBuilder()
  for (const { host = 'h1', pid, tid = pid, comm, stack, weight = 1, timeUs = 0 } of rows) {
    let row = -1
    for (const name of stack) row = builder.addStack(row, builder.addFrame(name, '', FRAME_KIND.user))
    builder.addSample(row, builder.addThread(builder.addHost(host, `${host}.example`), pid, tid, comm), timeUs, weight)
  }
  return builder.build()
}

const small = profileOf([
  { pid: 7, comm: 'nginx', stack: ['main', 'read'], weight: 2, timeUs: 10 },
  { pid: 7, comm: 'nginx', stack: ['main', 'write'], weight: 5, timeUs: 20 },
  { pid: 7, tid: 8, comm: 'worker', stack: ['main'], weight: 1, timeUs: 30 },
  { pid: 9, comm: 'idle', stack: [], weight: 3, timeUs: 40 },
])

describe('call tree', () => {
  it('merges everything under the root', () => {
    expect(outline(buildCallTree(small, { group: 'merged', order: 'weight' }))).toEqual([
      'all 3/11',
      '  main 1/8',
      '    write 5/5',
      '    read 2/2',
    ])
  })

  it('has a row per process, and samples without frames on it', () => {
    expect(outline(buildCallTree(small, BY_WEIGHT))).toEqual([
      'all 0/11',
      '  nginx (7) 0/8',
      '    main 1/8',
      '      write 5/5',
      '      read 2/2',
      '  idle (9) 3/3',
    ])
  })

  it('counts the events of every node, whatever they weigh', () => {
    const builder = new ProfileBuilder({ unit: 'ns' })
    const [a, b] = ['a', 'b'].map((name) => builder.addThread(builder.addHost('h', 'h'), name === 'a' ? 1 : 2, 1, name))
    const main = builder.addStack(-1, builder.addFrame('main', '', FRAME_KIND.user))
    const wait = builder.addStack(main, builder.addFrame('wait', '', FRAME_KIND.user))
    builder.addSample(wait, a ?? 0, 0, 1_000, 12)
    builder.addSample(main, a ?? 0, 1, 500, 1)
    builder.addSample(wait, b ?? 0, 2, 7, 3)
    const tree = buildCallTree(builder.build(), BY_WEIGHT)
    expect(Array.from({ length: tree.length }, (_, i) => `${tree.labels[tree.label[i] ?? 0]} ${tree.total[i]} ${tree.count[i]}`)).toEqual([
      'all 1507 16',
      'a (1) 1500 13',
      'main 1500 13',
      'wait 1000 12',
      'b (2) 7 3',
      'main 7 3',
      'wait 7 3',
    ])
    const sampled = buildCallTree(small, BY_WEIGHT)
    expect(sampled.count).toBe(sampled.total)
  })

  it('has a row per thread below its process', () => {
    expect(outline(buildCallTree(small, { group: 'thread', order: 'name' }))).toEqual([
      'all 0/11',
      '  idle (9) 0/3',
      '    idle 9 3/3',
      '  nginx (7) 0/8',
      '    nginx 7 0/7',
      '      main 0/7',
      '        read 2/2',
      '        write 5/5',
      '    worker 8 0/1',
      '      main 1/1',
    ])
  })

  it('has host rows where there are several hosts, and only then', () => {
    const two = mergeProfiles([small, profileOf([{ host: 'h2', pid: 7, comm: 'nginx', stack: ['main'], weight: 20 }])])
    const tree = buildCallTree(two, BY_WEIGHT)
    expect(outline(tree).slice(0, 5)).toEqual([
      'all 0/31',
      '  h2.example 0/20',
      '    nginx (7) 0/20',
      '      main 20/20',
      '  h1.example 0/11',
    ])
    expect([...tree.kind.subarray(0, 4)]).toEqual([GROUP_KIND.root, GROUP_KIND.host, GROUP_KIND.process, FRAME_KIND.user])
  })

  it('keeps the host row when one process is selected, so that links to its frames hold', () => {
    const two = mergeProfiles([small, profileOf([{ host: 'h2', pid: 7, comm: 'nginx', stack: ['main'], weight: 20 }])])
    const tree = buildCallTree(two, { ...BY_WEIGHT, process: { hostId: 'h1', pid: 7 } })
    expect(outline(tree)[1]).toBe('  h1.example 0/8')
    expect(tree.total[0]).toBe(8)
  })

  it('narrows to a window of time, its end excluded', () => {
    const tree = buildCallTree(small, { group: 'merged', order: 'weight', window: { fromUs: 20, toUs: 40 } })
    expect(outline(tree)).toEqual(['all 0/6', '  main 1/6', '    write 5/5'])
  })

  it('names a process by its main thread, else by its most weighted comm', () => {
    const named = profileOf([
      { pid: 1, tid: 2, comm: 'pool', stack: ['a'], weight: 50 },
      { pid: 1, tid: 1, comm: 'server', stack: ['a'], weight: 1 },
      { pid: 5, tid: 6, comm: 'rare', stack: ['a'], weight: 1 },
      { pid: 5, tid: 7, comm: 'often', stack: ['a'], weight: 1 },
      { pid: 5, tid: 8, comm: 'often', stack: ['a'], weight: 1 },
    ])
    const tree = buildCallTree(named, BY_WEIGHT)
    const processes = outline(tree).filter((row) => row.includes('('))
    expect(processes).toEqual(['  server (1) 0/51', '  often (5) 0/3'])
    const server = tree.kind.indexOf(GROUP_KIND.process)
    expect(named.threads.tid[tree.thread[server] ?? -1]).toBe(1)
  })

  it('keeps a thread that renames itself in one row', () => {
    const exec = profileOf([
      { pid: 4, comm: 'bash', stack: ['a'], weight: 1 },
      { pid: 4, comm: 'node', stack: ['b'], weight: 9 },
    ])
    expect(outline(buildCallTree(exec, { group: 'thread', order: 'weight' }))).toEqual([
      'all 0/10',
      '  node (4) 0/10',
      '    node 4 0/10',
      '      b 9/9',
      '      a 1/1',
    ])
  })

  it('is a lone root for an empty profile or an empty selection', () => {
    expect(outline(buildCallTree(emptyProfile(), BY_WEIGHT))).toEqual(['all 0/0'])
    expect(outline(buildCallTree(small, { ...BY_WEIGHT, process: { hostId: 'h1', pid: 12345 } }))).toEqual(['all 0/0'])
    expect(outline(buildCallTree(small, { ...BY_WEIGHT, window: { fromUs: 90, toUs: 10 } }))).toEqual(['all 0/0'])
  })

  it('holds the deepest stack there may be', () => {
    const deep = profileOf([{ pid: 1, comm: 'x', stack: Array.from({ length: 60_000 }, () => 'f') }])
    const tree = buildCallTree(deep, { group: 'thread', order: 'weight' })
    expect(tree.maxDepth).toBe(60_002)
    expect(tree.total[tree.length - 1]).toBe(1)
  })
})

describe('call tree of a large profile', () => {
  const profile = syntheticProfile({ samples: 4000, nodes: 3000, hosts: 3, seed: 3 })
  const selections: CallTreeOptions[] = [
    { group: 'merged', order: 'weight' },
    { group: 'process', order: 'name' },
    { group: 'thread', order: 'weight' },
    { group: 'thread', order: 'name', window: { fromUs: 5_000_000, toUs: 20_000_000 } },
    { group: 'merged', order: 'weight', process: { hostId: 'host-1', pid: 1010 } },
    { group: 'process', order: 'weight', hostId: 'host-2' },
    { group: 'merged', order: 'weight', hostId: 'host-1', process: { hostId: 'host-1', pid: 1010 } },
    { group: 'merged', order: 'weight', hostId: 'host-2', process: { hostId: 'host-1', pid: 1010 } },
  ]

  it.each(selections)('adds up to what a plain sum over the samples says: %o', (options) => {
    const tree = buildCallTree(profile, options)
    expect(new Map(pathsOf(tree))).toEqual(expectedPaths(profile, options))
  })

  it.each(selections)('is laid out as its type promises: %o', (options) => {
    const tree = buildCallTree(profile, options)
    const reach = new Map<number, number>()
    for (let i = 0; i < tree.length; i++) {
      const parent = tree.parent[i] ?? -1
      const end = tree.subtreeEnd[i] ?? 0
      expect(tree.depth[i]).toBe(parent < 0 ? 0 : (tree.depth[parent] ?? 0) + 1)
      expect(parent).toBeLessThan(i)
      expect(end).toBeGreaterThan(i)
      if (parent >= 0) {
        expect(end).toBeLessThanOrEqual(tree.subtreeEnd[parent] ?? 0)
        // Siblings fill their parent from the left without a gap, in order.
        expect(tree.start[i]).toBe(reach.get(parent) ?? tree.start[parent])
        reach.set(parent, (tree.start[i] ?? 0) + (tree.total[i] ?? 0))
      }
    }
    for (let i = 0; i < tree.length; i++) {
      const children: number[] = []
      for (let child = i + 1; child < (tree.subtreeEnd[i] ?? 0); child = tree.subtreeEnd[child] ?? tree.length) children.push(child)
      const keys = children.map((child) =>
        options.order === 'weight' ? -(tree.total[child] ?? 0) : (tree.labels[tree.label[child] ?? 0] ?? ''),
      )
      expect(keys).toEqual([...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
      const inChildren = children.reduce((sum, child) => sum + (tree.total[child] ?? 0), 0)
      expect(tree.total[i]).toBe((tree.self[i] ?? 0) + inChildren)
    }
    expect(tree.maxDepth).toBe(Math.max(...tree.depth))
    expect(new Set(tree.labels).size).toBe(tree.labels.length)
  })
})

function pathsOf(tree: CallTree): [string, string][] {
  const paths: string[] = []
  return Array.from({ length: tree.length }, (_, i) => {
    const parent = tree.parent[i] ?? -1
    const step = `${tree.labels[tree.label[i] ?? 0]}|${tree.modules[tree.module[i] ?? 0]}|${tree.kind[i]}`
    const path = parent < 0 ? step : `${paths[parent]}>${step}`
    paths.push(path)
    return [path, `${tree.self[i]}/${tree.total[i]}`]
  })
}

/** The slow and plain way: every sample's path as text. Holds for profiles whose main threads are all in the thread table. */
function expectedPaths(profile: Profile, { group, window, hostId, process }: CallTreeOptions): Map<string, string> {
  const { strings, hosts, threads, frames, stacks, samples } = profile
  const comm = (thread: number) => strings[threads.comm[thread] ?? 0]
  const sums = new Map([[`all||${GROUP_KIND.root}`, { self: 0, total: 0 }]])
  for (let i = 0; i < samples.length; i++) {
    const thread = samples.thread[i] ?? 0
    const timeUs = samples.timeUs[i] ?? 0
    const host = threads.host[thread] ?? 0
    if (window && !(timeUs >= window.fromUs && timeUs < window.toUs)) continue
    if (hostId !== undefined && hosts.id[host] !== hostId) continue
    if (process && !(process.pid === threads.pid[thread] && process.hostId === hosts.id[host])) continue
    const steps = [`all||${GROUP_KIND.root}`]
    if (group !== 'merged') {
      const main = threads.pid.findIndex(
        (pid, row) => pid === threads.pid[thread] && threads.tid[row] === pid && threads.host[row] === host,
      )
      steps.push(`${hosts.name[host]}||${GROUP_KIND.host}`, `${comm(main)} (${threads.pid[thread]})||${GROUP_KIND.process}`)
    }
    if (group === 'thread') steps.push(`${comm(thread)} ${threads.tid[thread]}||${GROUP_KIND.thread}`)
    const inner: string[] = []
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      inner.push(`${strings[frames.name[frame] ?? 0]}|${strings[frames.module[frame] ?? 0]}|${frames.kind[frame]}`)
    }
    const path = [...steps, ...inner.reverse()]
    for (let depth = 1; depth <= path.length; depth++) {
      const key = path.slice(0, depth).join('>')
      const sum = sums.get(key) ?? { self: 0, total: 0 }
      const weight = samples.weight[i] ?? 0
      sums.set(key, { self: sum.self + (depth === path.length ? weight : 0), total: sum.total + weight })
    }
  }
  return new Map([...sums].map(([key, { self, total }]) => [key, `${self}/${total}`]))
}
