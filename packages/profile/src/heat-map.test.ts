import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { type HeatQuestion, heatMap, MAX_HEAT_SECONDS } from './heat-map.ts'
import { importPerfScript } from './parse-perf-script.ts'
import { FRAME_KIND, type ProfileMeta } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const oracle = new URL('../../../../shared/oracle/heatmap/example-perf-stacks.txt.gz', import.meta.url)
const everything: HeatQuestion = { selection: {}, rowsPerSecond: 50, hosts: 'together', withIdle: false }
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)

type Row = { timeUs: number; weight?: number; count?: number; pid?: number; comm?: string; host?: string; frames?: string[] }

function profileOf(rows: Row[], meta: Partial<ProfileMeta> = {}) {
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: 'samples',
    periodNs: 0,
    startMs: 0,
    durationMs: 3_000,
    timed: true,
    ...meta,
  })
  for (const { timeUs, weight = 1, count = 1, pid = 7, comm = 'a', host = 'h1', frames = ['main'] } of rows) {
    const thread = builder.addThread(builder.addHost(host, `name of ${host}`), pid, pid, comm)
    const stack = frames.reduce((parent, name) => builder.addStack(parent, builder.addFrame(name, '', FRAME_KIND.kernel)), -1)
    builder.addSample(stack, thread, timeUs, weight, count)
  }
  return builder.build()
}

describe('where a sample falls', () => {
  it('lies in the column of its second and the row of its offset, borders belonging to what begins there', () => {
    const profile = profileOf([0, 19_999, 20_000, 999_999.9, 1_000_000, 2_980_000].map((timeUs) => ({ timeUs })))
    const { seconds, layers } = heatMap(profile, everything)
    expect(seconds).toBe(3)
    const cells = [...(layers[0]?.weight ?? [])].flatMap((weight, cell) => (weight > 0 ? [[Math.floor(cell / 50), cell % 50, weight]] : []))
    expect(cells).toEqual([
      [0, 0, 2],
      [0, 1, 1],
      [0, 49, 1],
      [1, 0, 1],
      [2, 49, 1],
    ])
  })

  it('is the window that finds it again: every cell holds what a call tree of its time holds', () => {
    const profile = syntheticProfile({ samples: 3_000, nodes: 300, hosts: 3 })
    for (const rowsPerSecond of [4, 50]) {
      const { layers } = heatMap(profile, { ...everything, rowsPerSecond })
      const rowUs = 1e6 / rowsPerSecond
      for (const cell of [0, 1, 49, 50, 777, 30 * rowsPerSecond - 1].filter((at) => at < 30 * rowsPerSecond)) {
        const tree = buildCallTree(profile, {
          group: 'merged',
          order: 'weight',
          window: { fromUs: cell * rowUs, toUs: (cell + 1) * rowUs },
        })
        expect(layers[0]?.weight[cell], `cell ${cell} of ${rowsPerSecond} rows`).toBe(tree.total[0] ?? 0)
      }
    }
  })

  it('refuses rows that are no whole µs', () => {
    for (const rowsPerSecond of [0, 3, 7, -1, Number.NaN])
      expect(() => heatMap(profileOf([]), { ...everything, rowsPerSecond })).toThrow(RangeError)
  })
})

describe('nothing is lost', () => {
  it('shares out all samples among maps of hosts, as together', () => {
    const profile = syntheticProfile({ samples: 20_000, nodes: 2_000, hosts: 4 })
    const together = heatMap(profile, everything)
    const each = heatMap(profile, { ...everything, hosts: 'each' })
    expect(sum(together.layers[0]?.weight ?? [])).toBe(20_000)
    expect(each.layers.map((layer) => layer.hostId).sort()).toEqual([...profile.hosts.id].sort())
    expect(each.layers.map((layer) => layer.total.weight)).toEqual(each.layers.map((layer) => layer.total.weight).sort((a, b) => b - a))
    for (const layer of each.layers) {
      expect(sum(layer.weight)).toBe(layer.total.weight)
      expect(layer.most).toBe(Math.max(...layer.weight))
    }
    together.layers[0]?.weight.forEach((weight, cell) => {
      expect(sum(each.layers.map((layer) => layer.weight[cell] ?? 0))).toBe(weight)
    })
  })

  it('counts what no map has room for: times outside, hosts beyond the cells', () => {
    const outside = [-1, 3_000_000, 1e15].map((timeUs) => ({ timeUs, weight: 2 }))
    const answer = heatMap(profileOf([{ timeUs: 10 }, ...outside]), everything)
    expect(answer.seconds).toBe(3)
    expect(answer.layers[0]?.total).toEqual({ weight: 1, count: 1 })
    expect(answer.beyond).toEqual({ weight: 6, count: 3 })

    const fleet = Array.from({ length: 12 }, (_, i) => ({ timeUs: 10, host: `h${i}`, weight: 1 + i }))
    const long = heatMap(profileOf(fleet, { durationMs: 1e12 }), { ...everything, hosts: 'each' })
    expect(long.seconds).toBe(MAX_HEAT_SECONDS)
    expect(long.layers.map((layer) => layer.hostId)).toEqual(['h11', 'h10', 'h9', 'h8', 'h7', 'h6', 'h5', 'h4'])
    expect(long.leftOut).toEqual({ hosts: 4, weight: 1 + 2 + 3 + 4, count: 4 })
  })

  it('keeps time blocked and the waits that it is made of apart', () => {
    const profile = profileOf([{ timeUs: 5, weight: 3e9, count: 20 }], { unit: 'ns' })
    const [layer] = heatMap(profile, { ...everything, rowsPerSecond: 4 }).layers
    expect([layer?.weight[0], layer?.count?.[0], layer?.total]).toEqual([3e9, 20, { weight: 3e9, count: 20 }])
  })

  it('is as long as the samples where the duration is unknown, and one second where there are none', () => {
    expect(heatMap(profileOf([{ timeUs: 4_200_000 }], { durationMs: 0 }), everything).seconds).toBe(5)
    const empty = heatMap(profileOf([], { durationMs: 0 }), { ...everything, hosts: 'each' })
    expect([empty.seconds, empty.endMs, empty.layers]).toEqual([1, 1_000, []])
    expect(heatMap(profileOf([], { durationMs: 2_345 }), everything)).toMatchObject({ seconds: 3, endMs: 2_345 })
  })

  it('has no map without times', () => {
    expect(heatMap(profileOf([{ timeUs: 0 }], { timed: false }), everything)).toMatchObject({ timed: false, layers: [] })
  })
})

describe('selection and idle', () => {
  const rows: Row[] = [
    { timeUs: 1, pid: 0, comm: 'swapper', frames: ['cpu_startup_entry', 'arch_cpu_idle', 'intel_idle'] },
    { timeUs: 2, pid: 0, comm: 'swapper', frames: ['cpu_startup_entry', '__schedule'] },
    { timeUs: 3, pid: -1, comm: 'swapper/3', frames: ['native_safe_halt'] },
    { timeUs: 4, pid: 9, comm: 'app', frames: ['main', 'my_cpu_idle_meter'] },
    { timeUs: 5, pid: 9, comm: 'app', host: 'h2' },
  ]

  it('leaves out what the idle task idles, and says how much; what it works, and what others call like that, stays', () => {
    expect(heatMap(profileOf(rows), everything)).toMatchObject({ idle: { weight: 2, count: 2 }, layers: [{ total: { weight: 3 } }] })
    const all = heatMap(profileOf(rows), { ...everything, withIdle: true })
    expect(all).toMatchObject({ idle: { weight: 2, count: 2 }, layers: [{ total: { weight: 5 } }] })
  })

  it('is of one process on one host where one is selected', () => {
    const selection = { process: { hostId: 'h2', pid: 9 } }
    expect(heatMap(profileOf(rows), { ...everything, selection })).toMatchObject({ idle: { count: 0 }, layers: [{ total: { weight: 1 } }] })
    expect(heatMap(profileOf(rows), { ...everything, selection, hosts: 'each' }).layers.map((layer) => layer.hostId)).toEqual(['h2'])
  })
})

it.skipIf(!existsSync(oracle))(
  'agrees with FlameScope’s example: 1,285 samples and 30 idle ones in 10 s (skipped without ../shared/oracle)',
  () => {
    const text = gunzipSync(readFileSync(oracle)).toString('latin1')
    const answer = heatMap(importPerfScript(text).profile, everything)
    expect(answer).toMatchObject({ seconds: 10, idle: { count: 30 }, beyond: { count: 0 }, layers: [{ total: { count: 1_285 } }] })
    expect(sum(answer.layers[0]?.weight ?? [])).toBe(1_285)

    // Straight from the text: seconds and 20 ms of every header line, the first one being 0.
    const times = [...text.matchAll(/^\S.*? (\d+)\.(\d{6}): cycles:/gm)].map(([, s = '', us = '']) => Number(s) * 1e6 + Number(us))
    const zero = Math.min(...times)
    const cells = new Float64Array(500)
    for (const time of times) cells[Math.floor((time - zero) / 20_000)] = (cells[Math.floor((time - zero) / 20_000)] ?? 0) + 1
    const all = heatMap(importPerfScript(text).profile, { ...everything, withIdle: true })
    expect([...(all.layers[0]?.weight ?? [])]).toEqual([...cells])
  },
)
