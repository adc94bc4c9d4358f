import type { CallTree } from '@sonde/profile'
import { buildLayout, type FlameLayout } from '../layout.ts'
import type { AppliedTransforms } from './applied-transforms.ts'

/** A flame graph ready to draw. */
export type FlameModel = {
  /** By which the engine knows it for searches. */
  id: number
  tree: CallTree
  layout: FlameLayout
  /** Where transforms were asked for. */
  applied?: AppliedTransforms | undefined
}

/** For a tree that is at hand, without an engine. */
export function flameModelOf(tree: CallTree, id = 0): FlameModel {
  return { id, tree, layout: buildLayout(tree) }
}
