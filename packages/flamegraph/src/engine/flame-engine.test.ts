import {
  buildCallTree,
  buildDiffTree,
  encodeProfile,
  type StackTransform,
  selectionTotals,
  syntheticProfile,
  transformOfNode,
  transformProfile,
} from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { searchTree } from '../search.ts'
import { FlameEngine } from './flame-engine.ts'
import { transferables } from './transferables.ts'

const profile = syntheticProfile({ nodes: 3000, hosts: 2, seed: 7 })
const bytes = encodeProfile(profile)

describe('FlameEngine', () => {
  it('answers as the functions of packages/profile do on the profile itself', () => {
    const engine = new FlameEngine()
    const summary = engine.load(bytes)
    expect(summary.meta).toEqual(profile.meta)
    expect(summary.sampleRows).toBe(profile.samples.length)
    expect(summary.threads.comm).toEqual(Array.from(profile.threads.comm, (comm) => profile.strings[comm]))
    for (const question of [
      { group: 'process', order: 'weight' },
      { group: 'merged', order: 'name', window: { fromUs: 1e6, toUs: 9e6 } },
      { group: 'thread', order: 'weight', process: { hostId: 'host-1', pid: 1010 } },
    ] as const) {
      const model = engine.model(question)
      expect(model.tree).toEqual(buildCallTree(profile, question))
      for (const query of [
        { text: 'tcp', regex: false },
        { text: '^(sys|vfs).*_1', regex: true },
        { text: '(', regex: true },
      ])
        expect(engine.search(model.id, query)).toEqual(searchTree(model.tree, query))
    }
    const { weight, count } = engine.ask('totals', {})
    expect(weight).toBe(profile.samples.weight.reduce((sum, value) => sum + value, 0))
    expect(count).toBe(profile.samples.length)
  })

  it('compares a host with the rest, and then looks at no process', () => {
    const engine = new FlameEngine()
    engine.load(bytes)
    const window = { fromUs: 1e6, toUs: 20e6 }
    const question = { group: 'process', order: 'weight', hostId: 'host-1', window } as const
    const expected = buildDiffTree(profile, { hostId: 'host-1', window })
    expect(engine.model({ ...question, against: 'rest' }).tree).toEqual(expected)
    expect(engine.model({ ...question, against: 'rest', process: { hostId: 'host-1', pid: 1010 } }).tree).toEqual(expected)
    expect(engine.model(question).tree).toEqual(buildCallTree(profile, question))
    // Without a host there is nothing to compare.
    const { hostId: _, ...all } = question
    expect(engine.model({ ...all, against: 'rest' }).tree).toEqual(buildCallTree(profile, all))
    const { hosts } = engine.ask('hosts', { window })
    expect(hosts.reduce((sum, host) => sum + host.weight, 0)).toBe(engine.ask('totals', { window }).weight)
    expect(engine.ask('differences', { hostId: 'host-1', limit: 3 })).toHaveLength(3)
  })

  it('draws what transforms leave, and says what they dropped of the selection', () => {
    const engine = new FlameEngine()
    engine.load(bytes)
    const plain = buildCallTree(profile, { group: 'merged', order: 'weight' })
    const focus = transformOfNode(plain, 40, 'focus-function')
    const drop = transformOfNode(plain, 200, 'drop-function')
    const absent: StackTransform = { kind: 'merge-function', function: '00000000000000' }
    const transforms = [focus, absent, drop].flatMap((one) => one ?? [])
    expect(transforms).toHaveLength(3)
    const done = transformProfile(profile, transforms)
    for (const options of [
      { group: 'process', order: 'weight' },
      { group: 'module', order: 'name', invert: true, window: { fromUs: 1e6, toUs: 9e6 } },
      { group: 'thread', order: 'time', hostId: 'host-1' },
    ] as const) {
      const model = engine.model({ ...options, transforms })
      expect(model.tree).toEqual(buildCallTree(done.profile, options))
      const selected = selectionTotals(profile, options)
      expect(model.applied).toEqual({
        transforms,
        steps: done.steps,
        selected,
        dropped: { weight: selected.weight - (model.tree.total[0] ?? 0), count: expect.any(Number) },
      })
      expect(model.applied?.steps.map((step) => step.isFound)).toEqual([true, false, true])
      expect(engine.model(options).applied).toBeUndefined()
      expect(engine.ask('transforms', { transforms, selection: options })).toEqual(model.applied)
    }
    // A profile that comes later is transformed anew.
    engine.load(encodeProfile(syntheticProfile({ nodes: 500, seed: 99 })))
    expect(engine.model({ group: 'merged', order: 'weight', transforms }).applied?.steps[0]?.isFound).toBe(false)
  })

  it('goes on searching a model whose memory was handed over, until it is forgotten', () => {
    const engine = new FlameEngine()
    engine.load(bytes)
    const model = engine.model({ group: 'process', order: 'weight' })
    const expected = searchTree(model.tree, { text: 'json', regex: false })
    const handedOver = structuredClone(model, { transfer: transferables(model, (buffer) => engine.ownsBuffer(buffer)) })
    expect(model.tree.total.length).toBe(0)
    expect(handedOver.tree).toEqual(buildCallTree(profile, { group: 'process', order: 'weight' }))
    expect(engine.search(model.id, { text: 'json', regex: false })).toEqual(expected)
    // Nothing of the profile went with it.
    expect(engine.model({ group: 'process', order: 'weight' }).tree).toEqual(handedOver.tree)
    engine.forget(model.id)
    expect(engine.search(model.id, { text: 'json', regex: false })).toBeNull()
  })

  it('never hands over a column of the profile', () => {
    const engine = new FlameEngine()
    const summary = engine.load(bytes)
    expect(transferables(summary, (buffer) => engine.ownsBuffer(buffer))).toEqual([])
    expect(transferables({ a: [{ b: new Uint8Array(3) }], c: 'x', d: null }, () => false)).toHaveLength(1)
    const shared = new ArrayBuffer(16)
    expect(transferables([new Uint8Array(shared, 0, 4), new Uint8Array(shared, 8)], () => false)).toEqual([shared])
  })

  it('says that nothing is loaded, and keeps a good profile when a bad one comes', () => {
    const engine = new FlameEngine()
    expect(() => engine.model({ group: 'merged', order: 'weight' })).toThrow('No profile has been loaded.')
    engine.load(bytes)
    expect(() => engine.load(bytes.subarray(0, bytes.length - 5))).toThrow(/profile: /)
    expect(engine.ask('totals', {}).count).toBe(profile.samples.length)
  })
})
