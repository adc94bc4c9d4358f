import path from 'node:path'
import { capabilitiesOf, captureSpecSchema, expandRecipe, findRecipe, type HostFacts, RECIPE_LIST } from '@sonde/contract'
import type { Profile } from '@sonde/profile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CollectorResult } from '../collectors/collector.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { planCapture } from '../plan-capture.ts'
import { runCapture } from '../run-capture.ts'
import { type Expectation, RECIPE_RUNS, type RecipeRun } from './recipe-runs.ts'
import { WorkloadMissing, Workloads } from './start-workload.ts'

const DURATION_MS = 1_500
const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')

describe('the table of runs', () => {
  it('has a line for each recipe, and no other', () => {
    expect(Object.keys(RECIPE_RUNS).sort()).toEqual(RECIPE_LIST.map(({ id }) => id).sort())
  })
})

describe('each recipe on a real workload', () => {
  let workloads: Workloads
  let facts: HostFacts
  beforeAll(async () => {
    workloads = new Workloads()
    facts = await detectFacts({ bpfHelper: helper })
  })
  afterAll(() => workloads.close())

  const runs = Object.entries(RECIPE_RUNS).flatMap(([id, run]) => (run.how === 'here' ? [{ id, run }] : []))
  // They mostly wait, each for its own capture.
  it.concurrent.for(runs)('$id', async ({ id, run }, { skip }) => {
    let pid: number
    let stop: () => Promise<void>
    try {
      ;({ pid, stop } = await workloads.start(run.workload))
    } catch (error) {
      if (error instanceof WorkloadMissing) return skip(error.message)
      throw error
    }
    try {
      const spec = specOf(id, run, { WORKLOAD: workloads.binary, PID: pid })
      const lacking = facts.capabilities.filter((c) => !c.available && capabilitiesOf(spec).includes(c.id))
      if (lacking.length > 0) skip(lacking.map((c) => `${c.id}: ${c.reason}`).join(' '))
      const filtered = run.wholeHost ? spec : { ...spec, filter: { kind: 'pid' as const, pid } }
      const plan = await planCapture(filtered, facts)
      const results: CollectorResult[] = []
      const { quality } = await runCapture(plan, {
        hostId: 'host',
        hostName: 'host',
        workDir: workloads.folder,
        signal: new AbortController().signal,
        onAttached: () => {},
        onResult: (result) => {
          results.push(result)
          return 0
        },
      })
      expect(quality.partial, JSON.stringify(quality.notes)).toBe(false)
      check(results, run.expects)
    } finally {
      await stop()
    }
  })
})

function specOf(id: string, run: Extract<RecipeRun, { how: 'here' }>, names: Readonly<Record<string, string | number>>) {
  const recipe = findRecipe(id)
  if (recipe === undefined) throw new Error(`there is no recipe ${id}`)
  const values = JSON.parse(JSON.stringify(run.values ?? {}), (_key, value) => names[value] ?? value)
  const expanded = expandRecipe(recipe, values)
  if (!expanded.ok) throw new Error(`${id}: ${expanded.message}`)
  return captureSpecSchema.parse({ version: 2, recipe: id, instruments: expanded.instruments, durationMs: DURATION_MS })
}

function check(results: CollectorResult[], wanted: Expectation): void {
  const mine = results.filter((result) => result.kind === wanted.kind)
  expect(mine.length, `results: ${results.map(({ kind }) => kind).join()}`).toBeGreaterThan(0)
  const found = mine.flatMap(thingsIn)
  expect(found.length).toBeGreaterThan(0)
  const [, text] = Object.entries(wanted).find(([key]) => key !== 'kind') ?? []
  if (text === undefined) return
  const matches = (thing: string | number | null) =>
    text instanceof RegExp ? text.test(String(thing)) : wanted.kind === 'profile' ? String(thing).includes(String(text)) : thing === text
  expect(
    found.some((thing) => matches(thing) || (wanted.kind === 'offcpu' && String(thing).includes(String(text)))),
    `looking for ${text} in ${[...new Set(found)].slice(0, 60).join(' · ')}`,
  ).toBe(true)
}

/** What an expectation can name: frames, syscalls, keys, values, events. One entry for each thing that was recorded. */
function thingsIn(result: CollectorResult): (string | number | null)[] {
  switch (result.kind) {
    case 'profile':
    case 'offcpu':
      return frameNames(result.profile)
    case 'syscalls':
      return result.snapshot.rows.map((row) => row.name)
    case 'counts':
    case 'latency':
      return result.delta.slices.flatMap((slice) => slice.rows.filter((row) => row.count > 0).map((row) => row.key))
    case 'events':
      return result.delta.rows.flatMap((row) => (row.values.length === 0 ? [row.comm] : row.values))
    case 'counters':
      return result.delta.intervals.flatMap((interval) =>
        interval.counters.flatMap((counter) => ((counter.value ?? 0) > 0 ? [counter.event] : [])),
      )
  }
}

function frameNames({ samples, frames, strings }: Profile): string[] {
  return samples.length === 0 ? [] : Array.from(frames.name, (name) => strings[name] ?? '')
}
