import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { type CallTree, GROUP_KIND } from './call-tree.ts'
import { CallTreeTooLargeError } from './call-tree-too-large.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { findByPathKey, pathKey } from './path-key.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { takeSamples } from './split-profile.ts'
import { syntheticProfile } from './synthetic-profile.ts'

type Row = { tid?: number; timeUs: number; stack: string[]; weight?: number; module?: string }

function profileOf(rows: Row[], meta: { timed?: boolean; unit?: 'samples' | 'ns' } = {}): Profile {
  const builder = new ProfileBuilder(meta)
  const host = builder.addHost('h', 'web-1')
  for (const { tid = 1, timeUs, stack, weight = 1, module = '' } of rows) {
    let row = -1
    for (const name of stack) row = builder.addStack(row, builder.addFrame(name, module, FRAME_KIND.user))
    builder.addSample(row, builder.addThread(host, 1, tid, 'app'), timeUs, weight, meta.unit === 'ns' ? 2 : 1)
  }
  return builder.build()
}

function outline(tree: CallTree): string[] {
  return Array.from(
    { length: tree.length },
    (_, i) => `${'  '.repeat(tree.depth[i] ?? 0)}${tree.labels[tree.label[i] ?? 0]} ${tree.self[i]}/${tree.total[i]}`,
  )
}

/** Weight by path of labels, a run of a chart apart from the next. */
function totals(tree: CallTree): Map<string, number> {
  const paths: string[] = []
  const sums = new Map<string, number>()
  for (let i = 0; i < tree.length; i++) {
    const parent = tree.parent[i] ?? -1
    const path = `${parent < 0 ? '' : `${paths[parent]}>`}${tree.labels[tree.label[i] ?? 0]}|${tree.modules[tree.module[i] ?? 0]}|${tree.kind[i]}`
    paths.push(path)
    sums.set(path, (sums.get(path) ?? 0) + (tree.total[i] ?? 0))
  }
  return sums
}

const three = profileOf([
  { timeUs: 1, stack: ['main', 'read', 'copy'] },
  { timeUs: 2, stack: ['main', 'copy'], weight: 3 },
  { timeUs: 3, stack: ['main', 'read'], weight: 2 },
  { timeUs: 4, stack: [], weight: 5 },
])

describe('an inverted call tree', () => {
  it('has the functions on top with their self weight, and who calls them below', () => {
    const tree = buildCallTree(three, { group: 'merged', order: 'weight', invert: true })
    expect(tree.isInverted).toBe(true)
    expect(outline(tree)).toEqual([
      'all 5/11',
      '  copy 0/4',
      '    main 3/3',
      '    read 0/1',
      '      main 1/1',
      '  read 0/2',
      '    main 2/2',
    ])
  })

  it.each(['merged', 'process', 'thread', 'module'] as const)('agrees with the plain tree, by %s', (group) => {
    const profile = syntheticProfile({ samples: 3000, nodes: 2000, hosts: 2, seed: 5 })
    const plain = buildCallTree(profile, { group, order: 'weight' })
    const inverted = buildCallTree(profile, { group, order: 'weight', invert: true })
    const expected = new Map<string, number>()
    const step = (node: number) => `${plain.labels[plain.label[node] ?? 0]}|${plain.modules[plain.module[node] ?? 0]}|${plain.kind[node]}`
    for (let node = 0; node < plain.length; node++) {
      const self = plain.self[node] ?? 0
      if (self === 0) continue
      const functions: string[] = []
      const above: string[] = []
      for (let at = node; at >= 0; at = plain.parent[at] ?? -1) {
        if ((plain.kind[at] ?? 0) < GROUP_KIND.root) functions.push(step(at))
        else above.unshift(step(at))
      }
      const path = [...above, ...functions]
      for (let depth = 1; depth <= path.length; depth++) {
        const key = path.slice(0, depth).join('>')
        expected.set(key, (expected.get(key) ?? 0) + self)
      }
    }
    expect(totals(inverted)).toEqual(expected)
  })

  it('counts events as well', () => {
    const waits = profileOf(
      [
        { timeUs: 1, stack: ['main', 'wait'], weight: 70 },
        { timeUs: 2, stack: [], weight: 5 },
      ],
      { unit: 'ns' },
    )
    const tree = buildCallTree(waits, { group: 'merged', order: 'weight', invert: true })
    expect([...tree.count]).toEqual([4, 2, 2])
    expect([...tree.total]).toEqual([75, 70, 70])
  })

  it('says so in plain words instead of growing past what a browser can hold', () => {
    // 3,000 stacks of 3,000 frames that differ in the innermost: nothing of their inverted paths is shared.
    const builder = new ProfileBuilder()
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'x')
    let chain = -1
    for (let i = 0; i < 3000; i++) chain = builder.addStack(chain, builder.addFrame(`f${i % 7}`, '', FRAME_KIND.user))
    for (let i = 0; i < 3000; i++)
      builder.addSample(builder.addStack(chain, builder.addFrame(`leaf ${i}`, '', FRAME_KIND.user)), thread, i, 1)
    const profile = builder.build()
    expect(buildCallTree(profile, { group: 'merged', order: 'weight' }).length).toBe(6001)
    let error: unknown
    try {
      buildCallTree(profile, { group: 'merged', order: 'weight', invert: true })
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(CallTreeTooLargeError)
    expect((error as Error).message).toMatch(/^This inverted call tree would have more than 8 million rows\. Select/)
  })
})

describe('a flame chart', () => {
  it('keeps the order of time, joins what goes on, and weighs what no frame has', () => {
    const rows = [
      { timeUs: 1, stack: ['main', 'read', 'copy'] },
      { timeUs: 2, stack: ['main', 'read'] },
      { timeUs: 3, stack: ['main', 'write'], weight: 4 },
      { timeUs: 4, stack: [] },
      { timeUs: 5, stack: ['main', 'read'], weight: 2 },
      { tid: 2, timeUs: 2, stack: ['main', 'read'], weight: 90 },
    ]
    const tree = buildCallTree(profileOf(rows), { group: 'merged', order: 'time' })
    expect(tree.isTimed).toBe(true)
    expect(outline(tree)).toEqual([
      'all 0/99',
      '  app (1) 0/99',
      '    app 2 0/90',
      '      main 0/90',
      '        read 90/90',
      '    app 1 1/9',
      '      main 0/6',
      '        read 1/2',
      '          copy 1/1',
      '        write 4/4',
      '      main 0/2',
      '        read 2/2',
    ])
  })

  it.each([true, false])('adds up to the tree of the same samples (inverted: %s)', (invert) => {
    const profile = syntheticProfile({ samples: 3000, nodes: 1500, hosts: 2, seed: 6 })
    const chart = buildCallTree(profile, { group: 'process', order: 'time', invert })
    const tree = buildCallTree(profile, { group: 'thread', order: 'name', invert })
    expect(chart.length).toBeGreaterThan(tree.length)
    expect(totals(chart)).toEqual(totals(tree))
  })

  it('is a plain tree where samples have no times', () => {
    const profile = profileOf(
      [
        { timeUs: 0, stack: ['a'] },
        { timeUs: 0, stack: ['b'], weight: 2 },
      ],
      { timed: false },
    )
    const tree = buildCallTree(profile, { group: 'merged', order: 'time' })
    expect(tree.isTimed ?? false).toBe(false)
    expect(outline(tree)).toEqual(['all 0/3', '  b 2/2', '  a 1/1'])
  })

  it('has a path key for each run, that of the first one as in a plain tree', () => {
    const profile = syntheticProfile({ samples: 4000, nodes: 400, seed: 7 })
    const chart = buildCallTree(profile, { group: 'thread', order: 'time' })
    const tree = buildCallTree(profile, { group: 'thread', order: 'weight' })
    const keys = new Set<string>()
    for (let node = 0; node < chart.length; node++) keys.add(pathKey(chart, node))
    expect(keys.size).toBe(chart.length)
    for (let node = 0; node < chart.length; node += 37) expect(findByPathKey(chart, pathKey(chart, node))).toBe(node)
    // Down the left edge, where nothing has an earlier twin.
    for (let node = 1; chart.parent[node] === node - 1; node++) expect(findByPathKey(tree, pathKey(chart, node))).toBeGreaterThan(0)
  })
})

describe('groups', () => {
  const profile = syntheticProfile({ samples: 2000, nodes: 1000, hosts: 3, seed: 8 })

  it('are hosts, even a single one', () => {
    const tree = buildCallTree(profile, { group: 'host', order: 'weight' })
    const rows = [...tree.kind].map((kind, i) => [kind, tree.depth[i]] as const).filter(([kind]) => kind >= GROUP_KIND.root)
    expect(rows).toEqual([[GROUP_KIND.root, 0], ...[1, 2, 3].map(() => [GROUP_KIND.host, 1])])
    expect(outline(buildCallTree(three, { group: 'host', order: 'weight' }))[1]).toBe('  web-1 5/11')
  })

  it('are cgroups, the same path on two hosts as one, and one for who is in none that is known', () => {
    const builder = new ProfileBuilder()
    const at = (host: string, pid: number, cgroup: string) => builder.addThread(builder.addHost(host, host), pid, pid, 'app', cgroup)
    const main = builder.addStack(-1, builder.addFrame('main', 'app', FRAME_KIND.user))
    builder.addSample(main, at('a', 1, '/system.slice/app.service'), 1, 5)
    builder.addSample(main, at('b', 2, '/system.slice/app.service'), 2, 3)
    builder.addSample(main, at('b', 3, '/docker/0af'), 3, 2)
    builder.addSample(main, at('b', 4, ''), 4, 1)
    // Heard of later: known from then on, and for what came before.
    builder.addSample(main, at('a', 5, ''), 5, 10)
    builder.addSample(main, at('a', 5, '/docker/0af'), 6, 20)
    builder.addSample(main, at('a', 5, '/moved'), 7, 30)
    const merged = mergeProfiles([builder.build(), builder.build()])
    for (const profile of [builder.build(), takeSamples(builder.build(), 0, 7)]) {
      expect(outline(buildCallTree(profile, { group: 'cgroup', order: 'weight' }))).toEqual([
        'all 0/71',
        '  /docker/0af 0/62',
        '    main 62/62',
        '  /system.slice/app.service 0/8',
        '    main 8/8',
        '  unknown cgroup 0/1',
        '    main 1/1',
      ])
    }
    expect(buildCallTree(merged, { group: 'cgroup', order: 'weight' }).total[1]).toBe(124)
  })

  it('are the libraries in which samples end', () => {
    const tree = buildCallTree(profile, { group: 'module', order: 'weight' })
    const expected = new Map<string, number>()
    for (let i = 0; i < profile.samples.length; i++) {
      const frame = profile.stacks.frame[profile.samples.stack[i] ?? -1] ?? 0
      const module = profile.strings[profile.frames.module[frame] ?? 0] || 'no library'
      expected.set(module, (expected.get(module) ?? 0) + (profile.samples.weight[i] ?? 0))
    }
    const found = new Map<string, number>()
    for (let i = 1; i < tree.length; i++) {
      if (tree.depth[i] !== 1) continue
      expect(tree.kind[i]).toBe(GROUP_KIND.module)
      found.set(tree.labels[tree.label[i] ?? 0] ?? '', tree.total[i] ?? 0)
    }
    expect(found).toEqual(expected)
    const narrowed = buildCallTree(profile, { group: 'module', order: 'name', process: { hostId: 'host-1', pid: 1010 } })
    expect(narrowed.total[0]).toBe(
      buildCallTree(profile, { group: 'merged', order: 'name', process: { hostId: 'host-1', pid: 1010 } }).total[0],
    )
  })
})
