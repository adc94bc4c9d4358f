import { encodeProfile, type Profile, ProfileBuilder, type SideSelection, selectionTotals, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { changeText, diffRows, greyWords } from '../flame-diff.ts'
import { createEngineHost } from './engine-host.ts'
import type { EngineReply, ProfileSource } from './engine-messages.ts'
import { FlameEngine } from './flame-engine.ts'
import { summarizeSide } from './side-summary.ts'

const profile = syntheticProfile({ samples: 3_000, nodes: 500, hosts: 3, seed: 3 })
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('summarizeSide', () => {
  it('adds up to what is selected, and offers what could be', () => {
    const process = { hostId: 'host-1', pid: 1010 }
    const window = { fromUs: 5e6, toUs: 9e6 }
    const whole = summarizeSide({ profile, selection: {} })
    expect(whole.weight).toBe(3_000)
    expect(sum(whole.overTime.weights)).toBe(3_000)
    expect(sum(whole.processes.map((one) => one.weight))).toBe(3_000)
    expect(whole.processes).toHaveLength(whole.processesInAll)
    const one = summarizeSide({ profile, selection: { process, window } })
    expect(one.weight).toBe(selectionTotals(profile, { process, window }).weight)
    expect(sum(one.overTime.weights)).toBe(selectionTotals(profile, { process }).weight)
    expect(one.processes).toEqual(whole.processes)
    const rest = summarizeSide({ profile, selection: { hostId: 'host-1', rest: true } })
    expect(rest.weight).toBe(3_000 - selectionTotals(profile, { hostId: 'host-1' }).weight)
    expect(rest.processes.some(({ hostId }) => hostId === 'host-1')).toBe(false)
  })

  it('puts samples into the step of their time, and times beyond the end into the last', () => {
    const builder = new ProfileBuilder({ unit: 'samples', durationMs: 1_000 })
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'a')
    for (const timeUs of [0, 99_999, 100_000, 1_000_000]) builder.addSample(-1, thread, timeUs, 1)
    const { overTime } = summarizeSide({ profile: builder.build(), selection: {} })
    expect([overTime.stepMs, overTime.weights]).toEqual([100, [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]])
  })
})

describe('an engine of two sides', () => {
  const bytes = encodeProfile(profile)
  const selection: SideSelection = { hostId: 'host-1' }
  const compared = { names: { here: 'B', rest: 'A' }, per: null, unit: 'share', widths: 'both', significant: null } as const

  it('draws one against the other, searches it, and says what each is', () => {
    const engine = new FlameEngine()
    const summary = engine.loadSides({ bytes, selection: { ...selection, rest: true } }, { bytes, selection })
    expect((summary.sides?.a.weight ?? 0) + (summary.sides?.b.weight ?? 0)).toBe(3_000)
    const { tree } = engine.model({ group: 'process', order: 'weight', hostId: 'ignored', compared })
    expect([tree.diff?.rest[0], tree.diff?.here[0]]).toEqual([summary.sides?.a.weight, summary.sides?.b.weight])
    const [a, b, change] = diffRows(tree, 1, 'samples')
    expect([a?.label, b?.label, change?.label]).toEqual(['A', 'B', 'difference'])
    expect(engine.model({ group: 'merged', order: 'weight', hostId: 'b' }).tree.total[0]).toBe(summary.sides?.b.weight)
  })

  it('says what grey means, and in what the sides are compared', () => {
    const engine = new FlameEngine()
    engine.loadSides({ bytes, selection: {} }, { bytes, selection: {} })
    const judged = engine.model({ group: 'merged', order: 'weight', compared: { ...compared, significant: [] } }).tree
    expect(judged.diff && greyWords(judged.diff)).toBe('not significant')
    expect(changeText(judged, 1)).toBe('the same')
    const twice = engine.model({
      group: 'merged',
      order: 'weight',
      compared: { ...compared, per: { here: 10, rest: 20 }, unit: 'samples/s' },
    }).tree
    expect(changeText(twice, 0)).toBe('150 samples/s more, within chance')
  })

  it('fetches a capture once that is on both sides, and says so when the two count different things', async () => {
    const waits: Profile = { ...profile, meta: { ...profile.meta, unit: 'ns' } }
    const load = (source: ProfileSource) =>
      new Promise<EngineReply>((resolve) => {
        const receive = createEngineHost((reply) => reply.type !== 'ready' && resolve(reply))
        receive({ type: 'do', id: 1, task: { type: 'load', source } })
      })
    const asked: string[] = []
    const before = globalThis.fetch
    globalThis.fetch = (async (url: string) => {
      asked.push(url)
      const plain = encodeProfile(url.includes('waits') ? waits : profile)
      return new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream('gzip')))
    }) as typeof fetch
    try {
      const same = await load({
        sides: [
          { source: { url: 'http://x/1' }, selection: {} },
          { source: { url: 'http://x/1' }, selection },
        ],
      })
      expect(same).toMatchObject({ type: 'answer', value: { sides: { a: { weight: 3_000 } } } })
      expect(asked).toEqual(['http://x/1'])
      const odd = await load({
        sides: [
          { source: { url: 'http://x/1' }, selection: {} },
          { source: { url: 'http://x/waits' }, selection },
        ],
      })
      expect(odd).toMatchObject({ type: 'error', error: { message: expect.stringContaining('cannot add up') } })
    } finally {
      globalThis.fetch = before
    }
  })
})
