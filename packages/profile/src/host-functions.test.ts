import { describe, expect, it } from 'vitest'
import { GROUP_KIND } from './call-tree.ts'
import { hostFunctions, MAX_FUNCTIONS, TIME_SLICES } from './host-functions.ts'
import { hostTotals } from './host-totals.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { selectionTotals } from './selection-totals.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const META = { event: 'cpu-clock', unit: 'samples', periodNs: 1e7, startMs: 0, durationMs: 1_000, timed: true } as const

describe('what each host spent its samples on', () => {
  const profile = syntheticProfile({ samples: 6_000, nodes: 1_200, hosts: 5, seed: 11 })

  it.each([{}, { window: { fromUs: 4_000_000, toUs: 17_000_000 } }])('is what a plain sum over the samples says: %o', (selection) => {
    const { functions, hosts, leftOut } = hostFunctions(profile, selection)
    expect(leftOut).toBe(0)
    for (const host of hosts) {
      const sums = new Map<string, number>()
      for (const slice of host.slices) {
        slice?.index.forEach((category, k) => {
          const f = category % functions.length
          const key = `${category < functions.length ? 'self' : 'total'} ${functions.name[f]}|${functions.module[f]}|${functions.kind[f]}`
          sums.set(key, (sums.get(key) ?? 0) + (slice.weight[k] ?? 0))
        })
      }
      expect(sums).toEqual(plainSums(profile, host.id, selection.window))
      const totals = hostTotals(profile, selection).hosts.find(({ id }) => id === host.id)
      expect([host.weight, host.samples]).toEqual([totals?.weight, totals?.weight])
    }
  })

  it('puts each sample into one slice of time', () => {
    for (const { slices, samples } of hostFunctions(profile, {}).hosts) {
      expect(slices).toHaveLength(TIME_SLICES)
      expect(slices.reduce((sum, slice) => sum + (slice?.samples ?? 0), 0)).toBe(samples)
    }
  })

  it('calls a process as its main thread, and counts recursion once', () => {
    const builder = new ProfileBuilder(META)
    const host = builder.addHost('h', 'web')
    const worker = builder.addThread(host, 7, 8, 'worker')
    const main = builder.addThread(host, 7, 7, 'checkout')
    const f = builder.addFrame('f', 'app', FRAME_KIND.user)
    const twice = builder.addStack(builder.addStack(-1, f), f)
    builder.addSample(twice, worker, 0, 3)
    builder.addSample(-1, main, 500_000, 1)
    const { functions, hosts } = hostFunctions(builder.build(), {})
    expect([...functions.kind]).toEqual([GROUP_KIND.process, FRAME_KIND.user, GROUP_KIND.root])
    expect(functions.name).toEqual(['checkout', 'f', ''])
    const [first, ...later] = hosts[0]?.slices ?? []
    // categories: self of process, f, rest; then total of each
    expect(new Map(Array.from(first?.index ?? [], (c, k) => [c, first?.weight[k]]))).toEqual(
      new Map([
        [1, 3],
        [3, 3],
        [4, 3],
      ]),
    )
    const last = later.at(-1)
    expect(new Map(Array.from(last?.index ?? [], (c, k) => [c, last?.weight[k]]))).toEqual(
      new Map([
        [0, 1],
        [3, 1],
      ]),
    )
  })

  it('adds up what finds no room, and says how much that is', () => {
    const builder = new ProfileBuilder(META)
    const thread = builder.addThread(builder.addHost('h', 'web'), 1, 1, 'x')
    for (let i = 0; i < MAX_FUNCTIONS + 5; i++)
      builder.addSample(builder.addStack(-1, builder.addFrame(`f${i}`, '', 0)), thread, i, i < 6 ? 1 : 2)
    const { functions, leftOut, hosts } = hostFunctions(builder.build(), {})
    expect([functions.length, leftOut]).toEqual([MAX_FUNCTIONS + 1, 6])
    const self = hosts[0]?.slices.reduce((sum, slice) => {
      const at = slice?.index.indexOf(MAX_FUNCTIONS) ?? -1
      return sum + (at < 0 ? 0 : (slice?.weight[at] ?? 0))
    }, 0)
    expect(self).toBe(6)
  })

  it('counts rows where weights are no samples, and has no host without one', () => {
    const builder = new ProfileBuilder({ ...META, unit: 'ns' })
    const stack = builder.addStack(-1, builder.addFrame('wait', '[kernel]', FRAME_KIND.kernel))
    builder.addHost('idle', 'idle')
    const thread = builder.addThread(builder.addHost('h', 'web'), 1, 1, 'x')
    builder.addSample(stack, thread, 0, 5e9)
    builder.addSample(stack, thread, 10, 1e9)
    const profile = builder.build()
    expect(hostFunctions(profile, {}).hosts.map(({ id, samples, weight }) => [id, samples, weight])).toEqual([['h', 2, 6e9]])
    expect(hostTotals(profile, {}).hosts).toEqual([
      { id: 'idle', name: 'idle', weight: 0, count: 0 },
      { id: 'h', name: 'web', weight: 6e9, count: 2 },
    ])
    expect(hostFunctions(profile, { window: { fromUs: 100, toUs: 200 } }).hosts).toEqual([])
  })
})

describe('host totals', () => {
  it('add up to those of the selection', () => {
    const profile = syntheticProfile({ samples: 3_000, nodes: 500, hosts: 4, seed: 2 })
    for (const selection of [
      {},
      { hostId: 'host-1' },
      { window: { fromUs: 1e6, toUs: 9e6 } },
      { process: { hostId: 'host-1', pid: 1010 } },
    ]) {
      const { hosts } = hostTotals(profile, selection)
      const sum = { weight: 0, count: 0 }
      for (const { weight, count } of hosts) {
        sum.weight += weight
        sum.count += count
      }
      expect(sum).toEqual(selectionTotals(profile, selection))
      expect(sum.weight).toBeGreaterThan(0)
    }
  })
})

/** The slow and plain way, keyed by text. */
function plainSums(profile: Profile, hostId: string, window: { fromUs: number; toUs: number } | undefined): Map<string, number> {
  const { strings, hosts, threads, frames, stacks, samples } = profile
  const sums = new Map<string, number>()
  const add = (key: string, weight: number) => sums.set(key, (sums.get(key) ?? 0) + weight)
  for (let i = 0; i < samples.length; i++) {
    const thread = samples.thread[i] ?? 0
    const timeUs = samples.timeUs[i] ?? 0
    const weight = samples.weight[i] ?? 0
    if (hosts.id[threads.host[thread] ?? 0] !== hostId || (window && !(timeUs >= window.fromUs && timeUs < window.toUs))) continue
    const main = threads.pid.findIndex(
      (pid, row) => pid === threads.pid[thread] && threads.tid[row] === pid && threads.host[row] === threads.host[thread],
    )
    add(`total ${strings[threads.comm[main] ?? 0]}||${GROUP_KIND.process}`, weight)
    const path: string[] = []
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      path.push(`${strings[frames.name[frame] ?? 0]}|${strings[frames.module[frame] ?? 0]}|${frames.kind[frame]}`)
    }
    if (path[0] !== undefined) add(`self ${path[0]}`, weight)
    for (const step of new Set(path)) add(`total ${step}`, weight)
  }
  return sums
}
