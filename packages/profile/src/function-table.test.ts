import { describe, expect, it } from 'vitest'
import { functionSeries } from './function-series.ts'
import { type FunctionTable, functionTable, hostsOfFunction } from './function-table.ts'
import { parseFolded } from './parse-folded.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { emptyProfile, ProfileBuilder } from './profile-builder.ts'
import type { SampleSelection } from './sample-selection.ts'
import { syntheticProfile } from './synthetic-profile.ts'
import { type PlainSample, plainFrame, randomSamples, SELECTIONS, selectPlain } from './testing/random-samples.ts'

type PlainRow = {
  self: number
  total: number
  count: number
  hosts: string[]
  firstUs: number
  lastUs: number
  series: number[]
}

/** The same from lists of names, sample by sample. */
function naive(samples: PlainSample[], unit: 'samples' | 'ns', slices: number, fromUs: number, toUs: number): Map<string, PlainRow> {
  const rows = new Map<string, PlainRow>()
  for (const { stack, weight, count, hostId, timeUs } of samples) {
    for (const name of new Set(stack)) {
      const row: PlainRow = rows.get(name) ?? {
        ...{ self: 0, total: 0, count: 0, hosts: [], firstUs: timeUs, lastUs: timeUs },
        series: new Array<number>(slices).fill(0),
      }
      rows.set(name, row)
      row.total += weight
      row.count += unit === 'samples' ? weight : count
      row.hosts = [...new Set([...row.hosts, hostId])].sort()
      row.firstUs = Math.min(row.firstUs, timeUs)
      row.lastUs = Math.max(row.lastUs, timeUs)
      if (stack.at(-1) === name) row.self += weight
      const slice = Math.floor(((timeUs - fromUs) * slices) / (toUs - fromUs))
      row.series[slice] = (row.series[slice] ?? 0) + weight
    }
  }
  return rows
}

function asPlain(profile: Profile, table: FunctionTable, selection: SampleSelection, slices: number): Map<string, PlainRow> {
  const series = functionSeries(profile, selection, table.frame, { slices })
  const rows = new Map<string, PlainRow>()
  for (let row = 0; row < table.length; row++) {
    rows.set(plainFrame(profile, table.frame[row] ?? 0), {
      self: table.self[row] ?? Number.NaN,
      total: table.total[row] ?? Number.NaN,
      count: table.count[row] ?? Number.NaN,
      hosts: hostsOfFunction(table, row)
        .map((host) => profile.hosts.id[host] ?? '')
        .sort(),
      firstUs: table.firstUs?.[row] ?? Number.NaN,
      lastUs: table.lastUs?.[row] ?? Number.NaN,
      series: [...(series?.values.subarray(row * slices, (row + 1) * slices) ?? [])],
    })
    expect(table.hostCount[row]).toBe(hostsOfFunction(table, row).length)
  }
  return rows
}

describe('function table', () => {
  it('agrees with one made of lists of names, on stacks full of recursion', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const unit = seed % 2 === 0 ? 'ns' : 'samples'
      const { profile, plain } = randomSamples(seed, { unit, hosts: [1, 3, 70][seed % 3] ?? 1 })
      for (const selection of SELECTIONS) {
        const kept = selectPlain(plain, selection)
        const table = functionTable(profile, selection)
        const { fromUs, toUs } = selection.window ?? { fromUs: 0, toUs: 1_000 }
        expect(asPlain(profile, table, selection, 10)).toEqual(naive(kept, unit, 10, fromUs, toUs))
        expect(table.all).toEqual({
          weight: kept.reduce((sum, sample) => sum + sample.weight, 0),
          count: kept.reduce((sum, sample) => sum + (unit === 'samples' ? sample.weight : sample.count), 0),
          withoutFrames: kept.filter(({ stack }) => stack.length === 0).reduce((sum, sample) => sum + sample.weight, 0),
        })
      }
    }
  })

  it('counts all of a selection as someone’s own, but for samples without frames', () => {
    const table = functionTable(syntheticProfile({ nodes: 30_000, hosts: 40 }))
    const sum = table.self.reduce((a, b) => a + b, 0)
    expect(sum).toBe(table.all.weight - table.all.withoutFrames)
    expect(Math.max(...table.total)).toBeLessThanOrEqual(table.all.weight)
  })

  it('counts a function that calls itself once, at any depth', () => {
    const builder = new ProfileBuilder()
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'a')
    const frame = builder.addFrame('fib', '', FRAME_KIND.user)
    let stack = -1
    for (let i = 0; i < 50_000; i++) stack = builder.addStack(stack, frame)
    builder.addSample(stack, thread, 5, 3)
    const table = functionTable(builder.build())
    expect([table.length, table.self[0], table.total[0]]).toEqual([1, 3, 3])
  })

  it('has no times where samples have none', () => {
    const profile = parseFolded('a;b;a 3\na;c 2\n')
    const table = functionTable(profile)
    expect([table.firstUs, table.lastUs, functionSeries(profile, {}, table.frame, { slices: 4 })]).toEqual([null, null, null])
    expect([...table.total]).toEqual([5, 3, 2])
  })

  it('is empty where there is nothing', () => {
    expect(functionTable(emptyProfile())).toMatchObject({ length: 0, all: { weight: 0, count: 0, withoutFrames: 0 } })
  })

  it('has the last sample in its last slice, and what is outside of a span in none', () => {
    const builder = new ProfileBuilder({ durationMs: 0 })
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'a')
    const stack = builder.addStack(-1, builder.addFrame('main', '', FRAME_KIND.user))
    for (const timeUs of [0, 600, 1_000]) builder.addSample(stack, thread, timeUs, 1)
    const profile = builder.build()
    expect([...(functionSeries(profile, {}, [0], { slices: 2 })?.values ?? [])]).toEqual([1, 2])
    expect([...(functionSeries(profile, {}, [0], { slices: 2, span: { fromUs: 100, toUs: 900 } })?.values ?? [])]).toEqual([0, 1])
  })

  it('has the series of as many functions as asked for, each as if asked for alone', () => {
    const profile = syntheticProfile({ nodes: 5_000 })
    const { frame } = functionTable(profile)
    const wanted = [...frame.subarray(0, 70)].reverse()
    const together = functionSeries(profile, {}, wanted, { slices: 7 })
    for (const [i, one] of wanted.entries()) {
      const alone = functionSeries(profile, {}, [one], { slices: 7 })
      expect([...(together?.values.subarray(i * 7, i * 7 + 7) ?? [])]).toEqual([...(alone?.values ?? [])])
    }
  })
})
