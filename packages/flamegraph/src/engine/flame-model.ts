import type { CallTree, StackTransform, TransformStep } from '@sonde/profile'
import { buildLayout, type FlameLayout } from '../layout.ts'

/** A flame graph ready to draw. */
export type FlameModel = {
  /** By which the engine knows it for searches. */
  id: number
  tree: CallTree
  layout: FlameLayout
  /** Where transforms were asked for. */
  applied?: AppliedTransforms | undefined
}

/** What a list of transforms did to the selection that the model shows. */
export type AppliedTransforms = {
  transforms: readonly StackTransform[]
  /** One for each. */
  steps: TransformStep[]
  /** What was dropped of the selection, and what it was: weight in the profile's unit, and events. */
  dropped: { weight: number; count: number }
  selected: { weight: number; count: number }
}

/** For a tree that is at hand, without an engine. */
export function flameModelOf(tree: CallTree, id = 0): FlameModel {
  return { id, tree, layout: buildLayout(tree) }
}
