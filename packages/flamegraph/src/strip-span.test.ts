import { expect, it } from 'vitest'
import { randomTree, siblingsTree } from '../testing/random-tree.ts'
import { buildLayout, leftEdge, rightEdge } from './layout.ts'
import { stripSpan } from './strip-span.ts'
import { emptyRuns, findVisible, itemOf } from './visible.ts'

it('a few clicks lead from a row of 100,000 equal siblings to boxes, always around the pointer', () => {
  const layout = buildLayout(siblingsTree(100_000))
  const pointer = 731
  let view = { x0: 0, x1: 100_000 }
  let clicks = 0
  for (; clicks < 6; clicks++) {
    const runs = findVisible(layout, { ...view, widthPx: 1000, minBoxPx: 2, firstRow: 1, lastRow: 2 }, emptyRuns())
    const run = Array.from({ length: runs.count }, (_, i) => i).find((i) => (runs.right[i] ?? 0) > pointer) ?? 0
    if ((runs.strip[run] ?? -1) < 0) break
    const item = itemOf(runs, run)
    const at = view.x0 + (pointer / 1000) * (view.x1 - view.x0)
    const next = stripSpan(layout, item.slot, item.slotEnd, at, view, 1000)
    expect(next.x1 - next.x0).toBeLessThan((view.x1 - view.x0) * 0.9)
    expect(next.x0 <= at && at <= next.x1).toBe(true)
    view = next
  }
  expect(clicks).toBe(2)
})

it('goes into any strip of any tree, never out of it, and always closer', () => {
  for (let seed = 0; seed < 30; seed++) {
    const tree = randomTree(800, seed)
    const layout = buildLayout(tree)
    const view = { x0: 0, x1: tree.total[0] ?? 0 }
    if (view.x1 <= 0) continue
    const runs = findVisible(layout, { ...view, widthPx: 60, minBoxPx: 2, firstRow: 0, lastRow: layout.rows }, emptyRuns())
    for (let run = 0; run < runs.count; run++) {
      if ((runs.strip[run] ?? -1) < 0) continue
      const { slot, slotEnd } = itemOf(runs, run)
      const [x0, x1] = [leftEdge(layout, slot), rightEdge(layout, slotEnd - 1)]
      if (x1 <= x0) continue
      const next = stripSpan(layout, slot, slotEnd, (x0 + x1) / 2, view, 60)
      const slack = view.x1 * 1e-9
      expect(next.x0 >= x0 - slack && next.x1 <= x1 + slack && next.x1 > next.x0).toBe(true)
      // A strip of two frames as wide as the view cannot be: they would be boxes.
      expect(next.x1 - next.x0).toBeLessThan(view.x1 - view.x0)
    }
  }
})
