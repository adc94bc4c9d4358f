import type { CallTree } from '@sonde/profile'
import { type Span, within } from './camera.ts'
import { coveringNode, matchNode } from './navigate.ts'

/** The same stretch of the same frame in a newer tree; null where that frame is gone. */
export function carrySpan(from: CallTree, span: Span, to: CallTree): Span | null {
  const anchor = coveringNode(from, span.x0, span.x1)
  const { node, exact } = matchNode(from, anchor, to)
  const width = from.total[anchor] ?? 0
  const newWidth = to.total[node] ?? 0
  if (!exact || width <= 0 || newWidth <= 0) return null
  const at = (x: number): number => (to.start[node] ?? 0) + ((x - (from.start[anchor] ?? 0)) / width) * newWidth
  return within({ x0: at(span.x0), x1: at(span.x1) }, { x0: 0, x1: to.total[0] ?? 0 })
}
