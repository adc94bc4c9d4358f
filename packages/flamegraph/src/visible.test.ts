import { buildCallTree, type CallTree, seededRandom, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { randomTree, recursionTree, siblingsTree } from '../testing/random-tree.ts'
import { buildLayout, type FlameLayout, leftEdge, rightEdge } from './layout.ts'
import { emptyRuns, findVisible, itemOf, runAt, type Viewport, type VisibleRuns } from './visible.ts'

/** The rules of VisibleRuns, checked the slow way against every frame of every row. */
function check(layout: FlameLayout, view: Viewport, runs: VisibleRuns): void {
  const scale = view.widthPx / (view.x1 - view.x0)
  const fail = (what: string): never => {
    throw new Error(`${what} in ${JSON.stringify(view)}`)
  }
  for (let row = runs.firstRow; row < runs.lastRow; row++) {
    const owner = new Int32Array(view.widthPx).fill(-1)
    let edge = 0
    let expected = -1
    for (let run = runs.rowFirst[row - runs.firstRow] ?? 0; run < (runs.rowFirst[row - runs.firstRow + 1] ?? 0); run++) {
      const [left, right] = [runs.left[run] ?? 0, runs.right[run] ?? 0]
      const [slot, slotEnd] = [runs.slot[run] ?? 0, runs.slotEnd[run] ?? 0]
      if (left < edge || right <= left || right > view.widthPx) fail(`run ${run} [${left}, ${right}) after ${edge}`)
      if (slotEnd <= slot || (expected >= 0 && slot !== expected)) fail(`slots [${slot}, ${slotEnd}) after ${expected}`)
      // A run ends in the pixel where its first frame ends: strips are as fine as the screen.
      const firstEnd = (rightEdge(layout, slot) - view.x0) * scale
      if (right > Math.max(Math.floor(firstEnd + 1e-6), left) + 1) fail(`run ${run} [${left}, ${right}) takes more pixels than it needs`)
      edge = right
      expected = slotEnd
      owner.fill(run, left, right)
    }
    const epsilon = (layout.tree.total[0] ?? 0) * 1e-9
    for (let slot = layout.rowStart[row] ?? 0; slot < (layout.rowStart[row + 1] ?? 0); slot++) {
      const [x0, x1] = [leftEdge(layout, slot), rightEdge(layout, slot)]
      const inView = x1 > view.x0 + epsilon && x0 < view.x1 - epsilon
      const held = (run: number) => slot >= (runs.slot[run] ?? 0) && slot < (runs.slotEnd[run] ?? 0)
      const first = runs.rowFirst[row - runs.firstRow] ?? 0
      const last = (runs.rowFirst[row - runs.firstRow + 1] ?? 0) - 1
      if (inView && (slot < (runs.slot[first] ?? 0) || slot >= (runs.slotEnd[last] ?? 0)))
        fail(`frame in slot ${slot} of row ${row} is nowhere`)
      if (!inView) continue
      const [a, b] = [(x0 - view.x0) * scale, (x1 - view.x0) * scale]
      // Every pixel whose centre is well inside a frame is drawn …
      for (let px = Math.max(0, Math.ceil(a - 0.5 + 1e-6)); px < Math.min(view.widthPx, b - 0.5 - 1e-6); px++) {
        const run = owner[px] ?? -1
        if (run < 0) fail(`pixel ${px} of row ${row} is blank`)
        // … and beyond a pixel from its edges a wide frame has them alone.
        if (
          b - a >= view.minBoxPx &&
          px > a + 1 &&
          px + 1 < b - 1 &&
          !(held(run) && (runs.slotEnd[run] ?? 0) - (runs.slot[run] ?? 0) === 1)
        )
          fail(`pixel ${px} of row ${row} is not its frame's`)
      }
    }
  }
}

function randomViews(tree: CallTree, seed: number): Viewport[] {
  const random = seededRandom(seed)
  const total = tree.total[0] ?? 0
  const views: Viewport[] = []
  for (let i = 0; i < 12; i++) {
    const width = i < 2 ? total : total * 10 ** (-4 * random())
    const x0 = (total - width) * random()
    const widthPx = [1, 2, 37, 640, 1400][Math.floor(random() * 5)] ?? 640
    const firstRow = Math.floor(random() * tree.maxDepth)
    views.push({
      x0,
      x1: x0 + width,
      widthPx,
      minBoxPx: 2 + Math.floor(random() * 3),
      firstRow: i % 2 ? 0 : firstRow,
      lastRow: tree.maxDepth + 3,
    })
  }
  // Exactly a frame, as after a click.
  for (let i = 0; i < 4; i++) {
    const node = Math.floor(random() * tree.length)
    const [x0, width] = [tree.start[node] ?? 0, tree.total[node] ?? 0]
    if (width > 0) views.push({ x0, x1: x0 + width, widthPx: 500, minBoxPx: 2, firstRow: 0, lastRow: tree.maxDepth + 1 })
  }
  return views
}

describe('findVisible', () => {
  it('shows every frame in view in exactly one run and leaves no pixel with data blank: random trees', () => {
    const runs = emptyRuns()
    for (let seed = 0; seed < 60; seed++) {
      const tree = randomTree(2 + ((seed * 97) % 900), seed)
      if (!((tree.total[0] ?? 0) > 0)) continue
      const layout = buildLayout(tree)
      for (const view of randomViews(tree, seed)) check(layout, view, findVisible(layout, view, runs))
    }
  })

  it.each([
    ['equal widths', siblingsTree(100_000)],
    ['one wide among slivers', siblingsTree(100_000, (i) => (i === 50_000 ? 200_000 : 1))],
    ['fractional', siblingsTree(100_000, (i) => ((i * 7919) % 101) / 13)],
    ['deep recursion', recursionTree(5000)],
    ['flame chart', buildCallTree(syntheticProfile({ samples: 30_000, nodes: 4_000 }), { group: 'thread', order: 'time' })],
  ])('holds for extreme rows: %s', (_, tree) => {
    const layout = buildLayout(tree)
    const runs = emptyRuns()
    for (const view of randomViews(tree, 3))
      check(layout, { ...view, firstRow: Math.max(0, Math.min(view.firstRow, tree.maxDepth - 50)) }, findVisible(layout, view, runs))
  })

  it('needs work for pixels, not for frames', () => {
    const layout = buildLayout(siblingsTree(100_000))
    const view = { x0: 0, x1: 100_000, widthPx: 1000, minBoxPx: 2, firstRow: 0, lastRow: 2 }
    const runs = findVisible(layout, view, emptyRuns())
    expect(runs.count).toBeLessThanOrEqual(1 + 1000)
    expect(itemOf(runs, 5)).toMatchObject({ slot: 1, slotEnd: 100_001, left: 0, right: 1000 })
  })

  it('is drawn where it is hit: every pixel answers with the run that covers it', () => {
    const tree = randomTree(700, 11)
    const layout = buildLayout(tree)
    const view = { x0: 0, x1: tree.total[0] ?? 0, widthPx: 300, minBoxPx: 2, firstRow: 0, lastRow: layout.rows }
    const runs = findVisible(layout, view, emptyRuns())
    for (let row = 0; row < layout.rows; row++) {
      const owner = new Int32Array(300).fill(-1)
      for (let run = runs.rowFirst[row] ?? 0; run < (runs.rowFirst[row + 1] ?? 0); run++) owner.fill(run, runs.left[run], runs.right[run])
      for (let px = 0; px < 300; px++) expect(runAt(runs, row, px)).toBe(owner[px])
    }
    expect(runAt(runs, -1, 5)).toBe(-1)
    expect(runAt(runs, layout.rows, 5)).toBe(-1)
  })

  it('shows nothing of a tree without weight, and no neighbour at the edge of an exact zoom', () => {
    const empty = buildLayout(siblingsTree(5, () => 0))
    expect(findVisible(empty, { x0: 0, x1: 1, widthPx: 100, minBoxPx: 2, firstRow: 0, lastRow: 2 }, emptyRuns()).count).toBe(0)
    const tree = siblingsTree(10, () => 0.1)
    const layout = buildLayout(tree)
    const [x0, width] = [tree.start[4] ?? 0, tree.total[4] ?? 0]
    const runs = findVisible(layout, { x0, x1: x0 + width, widthPx: 100, minBoxPx: 2, firstRow: 1, lastRow: 2 }, emptyRuns())
    expect([runs.count, runs.left[0], runs.right[0]]).toEqual([1, 0, 100])
  })
})
