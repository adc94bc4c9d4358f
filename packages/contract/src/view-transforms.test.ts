import { describe, expect, it } from 'vitest'
import { DEFAULT_VIEW_STATE, formatViewState, parseViewState } from './view-state.ts'
import {
  formatTransforms,
  MAX_TRANSFORMS,
  MAX_TRANSFORMS_TEXT,
  parseTransforms,
  redoTransform,
  transformsOf,
  undoTransform,
  type ViewTransform,
  withoutTransform,
  withTransform,
} from './view-transforms.ts'

const key = (n: number) => n.toString(36).padStart(14, '0')
/** One of each kind. */
const all: ViewTransform[] = [
  { kind: 'focus-subtree', path: key(1) },
  { kind: 'focus-callers', path: key(2), leaf: key(3), frames: 60_000 },
  { kind: 'focus-function', function: key(4) },
  { kind: 'focus-module', module: key(5) },
  { kind: 'merge-function', function: key(6) },
  { kind: 'merge-node', path: key(7) },
  { kind: 'drop-function', function: key(8) },
  { kind: 'collapse-module', module: key(9) },
  { kind: 'collapse-function', function: key(10) },
  { kind: 'collapse-recursion', function: key(11) },
  { kind: 'collapse-direct-recursion', function: key(12) },
]

describe('transforms in the link', () => {
  it('come back as they were, each of its own code', () => {
    expect(parseTransforms(formatTransforms(all))).toEqual({ transforms: all, unreadable: 0 })
    expect(new Set(all.map((one) => formatTransforms([one]).slice(0, 2))).size).toBe(all.length)
  })

  it('never change how they are written: links hold them', () => {
    expect(formatTransforms(all)).toMatchInlineSnapshot(
      `"fs.00000000000001~fc.00000000000002.00000000000003.60000~ff.00000000000004~fl.00000000000005~mf.00000000000006~mn.00000000000007~df.00000000000008~cl.00000000000009~cf.0000000000000a~cr.0000000000000b~cd.0000000000000c"`,
    )
  })

  it('stand in the query as they are written, and are short', () => {
    const transforms = formatTransforms(all)
    const query = formatViewState({ ...DEFAULT_VIEW_STATE, transforms })
    expect(query).toBe(`v=1&transforms=${transforms}`)
    expect(parseViewState(new URLSearchParams(query)).transforms).toBe(transforms)
    const widest = Array.from({ length: MAX_TRANSFORMS }, () => all[1]).flatMap((one) => one ?? [])
    expect(formatTransforms(widest).length).toBeLessThan(MAX_TRANSFORMS_TEXT)
  })

  it('leave out each entry that cannot be read, alone, and count it', () => {
    const good = formatTransforms(all.slice(2, 4))
    for (const bad of [
      'ff',
      'ff.',
      'ff.short',
      `ff.${key(1)}.${key(2)}`,
      `xx.${key(1)}`,
      `constructor.${key(1)}`,
      `FF.${key(1)}`,
      `fc.${key(1)}`,
      `fc.${key(1)}.${key(2)}`,
      `fc.${key(1)}.${key(2)}.0`,
      `fc.${key(1)}.${key(2)}.60001`,
      `fc.${key(1)}.${key(2)}.1e3`,
      `fc.${key(1)}.${key(2)}.3.4`,
      'ff.<script>00000000',
      '',
    ]) {
      expect(parseTransforms(`${bad}~${good}`), bad).toEqual({ transforms: all.slice(2, 4), unreadable: 1 })
    }
  })

  it('are bounded, and what is past the bound counted', () => {
    const many = Array.from({ length: MAX_TRANSFORMS + 3 }, () => `ff.${key(4)}`).join('~')
    expect(parseTransforms(many).transforms).toHaveLength(MAX_TRANSFORMS)
    expect(parseTransforms(many).unreadable).toBe(3)
    const endless = parseViewState(new URLSearchParams(`transforms=${'~'.repeat(MAX_TRANSFORMS_TEXT + 1)}&search=kept`))
    expect(endless).toEqual({ ...DEFAULT_VIEW_STATE, search: 'kept' })
    expect(transformsOf(parseViewState(new URLSearchParams('transforms=%00~~')))).toEqual({ transforms: [], unreadable: 3 })
  })
})

describe('undo and redo', () => {
  const none = { transforms: '', undone: '' }
  const built = all.reduce((view, one) => withTransform(view, one) ?? view, none)

  it('go all the way back and forth', () => {
    expect(transformsOf(built).transforms).toEqual(all)
    let view = built
    for (let left = all.length; left > 0; left--) {
      expect(transformsOf(view).transforms).toEqual(all.slice(0, left))
      view = undoTransform(view) ?? view
    }
    expect(view.transforms).toBe('')
    expect(undoTransform(view)).toBeNull()
    for (let done = 1; done <= all.length; done++) {
      view = redoTransform(view) ?? view
      expect(transformsOf(view).transforms).toEqual(all.slice(0, done))
    }
    expect(redoTransform(view)).toBeNull()
    expect(view).toEqual(built)
  })

  it('end where something else is done', () => {
    const back = undoTransform(built) ?? built
    const [first] = all
    expect(first && redoTransform(withTransform(back, first) ?? back)).toBeNull()
  })

  it('bring a removed one back as the last', () => {
    const without = withoutTransform(built, 3)
    expect(transformsOf(without).transforms).toEqual(all.filter((_, i) => i !== 3))
    expect(transformsOf(redoTransform(without) ?? none).transforms).toEqual([...all.filter((_, i) => i !== 3), all[3]])
    expect(withoutTransform(built, 99)).toEqual(built)
  })

  it('keep to the bound', () => {
    const [, , one] = all
    if (!one) return
    let view = none
    for (let i = 0; i < MAX_TRANSFORMS; i++) view = withTransform(view, one) ?? view
    expect(withTransform(view, one)).toBeNull()
    expect(redoTransform({ ...view, undone: formatTransforms([one]) })).toBeNull()
    let undone = view
    for (let i = 0; i < 3 * MAX_TRANSFORMS; i++) undone = withoutTransform({ ...view, undone: undone.undone }, 0)
    expect(parseTransforms(undone.undone)).toEqual({ transforms: Array.from({ length: MAX_TRANSFORMS }, () => one), unreadable: 0 })
  })
})
