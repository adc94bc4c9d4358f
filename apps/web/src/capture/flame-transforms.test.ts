import { type CaptureViewState, DEFAULT_VIEW_STATE, MAX_TRANSFORMS, transformsOf } from '@sonde/contract'
import { FLAME_KEYS } from '@sonde/flamegraph'
import { buildCallTree, type CallTree, GROUP_KIND, STACK_TRANSFORM_KINDS, syntheticProfile, transformProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { transformActions } from './flame-transforms.ts'
import { chipWords, TRANSFORM_KEYS } from './transform-words.ts'

const profile = syntheticProfile({ nodes: 2000, hosts: 2, seed: 12 })
const tree = buildCallTree(profile, { group: 'thread', order: 'weight' })
const inverted = buildCallTree(profile, { group: 'merged', order: 'weight', invert: true })

/** Runs an action as the menu does; the view after it. */
function run(view: CaptureViewState, keys: string, of: CallTree, node: number): CaptureViewState {
  let next = view
  const action = transformActions(view, (patch) => {
    next = { ...view, ...patch }
  }).find((one) => one.keys === keys)
  action?.run(of, node)
  return next
}

describe('transforms in a frame’s menu', () => {
  it('have each a key of its own, none that the graph uses', () => {
    const used = new Set([...FLAME_KEYS.flatMap(({ keys }) => keys.split(/[, ]+/)), 's'])
    expect(new Set(TRANSFORM_KEYS.map(({ keys }) => keys)).size).toBe(TRANSFORM_KEYS.length)
    for (const { keys } of TRANSFORM_KEYS) expect(used.has(keys), keys).toBe(false)
    for (const kind of STACK_TRANSFORM_KINDS) expect(chipWords(kind)).not.toBe('')
  })

  it('find their frame again in the profile, from any node', () => {
    for (const of of [tree, inverted]) {
      for (let node = 0; node < of.length; node += 53) {
        for (const action of transformActions(DEFAULT_VIEW_STATE, () => undefined)) {
          const { transforms } = transformsOf(run(DEFAULT_VIEW_STATE, action.keys, of, node))
          expect(transforms).toHaveLength(action.label(of, node) === null ? 0 : 1)
          const { steps } = transformProfile(profile, transforms)
          for (const step of steps) {
            expect(step.isFound, `${action.keys} ${node}`).toBe(true)
            expect([of.labels[of.label[node] ?? 0], of.modules[of.module[node] ?? 0]]).toContain(step.name)
          }
        }
      }
    }
  })

  it('are not there for rows of hosts, processes and threads', () => {
    for (let node = 0; node < tree.length; node++) {
      if ((tree.kind[node] ?? 0) < GROUP_KIND.root) continue
      for (const action of transformActions(DEFAULT_VIEW_STATE, () => undefined)) expect(action.label(tree, node)).toBeNull()
    }
  })

  it('stop at as many as there may be', () => {
    let view = DEFAULT_VIEW_STATE
    for (let i = 0; i < MAX_TRANSFORMS + 5; i++) view = run(view, 'm', inverted, i + 1)
    expect(transformsOf(view).transforms).toHaveLength(MAX_TRANSFORMS)
  })

  it('show hostile names of libraries harmless and short', () => {
    const of = { ...inverted, modules: inverted.modules.map((name) => (name === '' ? '' : `/lib/\u202e${'x'.repeat(70_000)}\n`)) }
    const node = of.module.findIndex((module) => module !== 0)
    const label = transformActions(DEFAULT_VIEW_STATE, () => undefined)
      .find(({ keys }) => keys === 'C')
      ?.label(of, node)
    expect(label).toMatch(/^Collapse \ufffdx{38}… to one frame$/)
  })
})
