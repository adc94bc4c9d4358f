import { rowAt, type Screen } from './draw.ts'
import type { FlameLayout } from './layout.ts'
import { itemOf, runAt, type VisibleRuns } from './visible.ts'

/** What is drawn at a point: one frame, or a strip of frames too narrow to draw (slots of the layout's row). */
export type FlameHit =
  | { type: 'frame'; node: number; row: number; left: number; right: number }
  | { type: 'strip'; slot: number; slotEnd: number; row: number; left: number; right: number }

/** Answers from what was drawn, so it is always the box that one sees. @param x @param y CSS pixels on the stage */
export function hitAt(layout: FlameLayout, runs: VisibleRuns, screen: Screen, x: number, y: number): FlameHit | null {
  const row = rowAt(screen, Math.floor(y * screen.dpr))
  const run = runAt(runs, row, Math.floor(x * screen.dpr))
  if (run < 0) return null
  const { slot, slotEnd, left, right } = itemOf(runs, run)
  if (slotEnd - slot === 1) return { type: 'frame', node: layout.rowNode[slot] ?? 0, row, left, right }
  return { type: 'strip', slot, slotEnd, row, left, right }
}

/** What a strip holds: nothing in it is hidden for good. */
export function sumSlots(layout: FlameLayout, slot: number, slotEnd: number): { frames: number; weight: number; heaviest: number } {
  let heaviest = -1
  let weight = 0
  for (let i = slot; i < slotEnd; i++) {
    const node = layout.rowNode[i] ?? 0
    const total = layout.tree.total[node] ?? 0
    weight += total
    if (heaviest < 0 || total > (layout.tree.total[heaviest] ?? 0)) heaviest = node
  }
  return { frames: slotEnd - slot, weight, heaviest }
}

export function sameHit(a: FlameHit | null, b: FlameHit | null): boolean {
  if (a === null || b === null) return a === b
  if (a.type === 'frame') return b.type === 'frame' && a.node === b.node
  return b.type === 'strip' && a.slot === b.slot && a.slotEnd === b.slotEnd && a.row === b.row
}
