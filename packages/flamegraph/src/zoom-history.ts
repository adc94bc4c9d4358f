import type { CallTree } from '@sonde/profile'
import { isInSubtree, widerAncestor } from './navigate.ts'

const MAX_STEPS = 200

/** The frames that one has zoomed in from, for the way out. */
export class ZoomHistory {
  private steps: number[] = []

  remember(node: number): void {
    this.steps.push(node)
    if (this.steps.length > MAX_STEPS) this.steps.shift()
  }

  /** Where zooming out of `zoom` leads: to where one came from, if that is further out, else to a wider ancestor. */
  stepOut(tree: CallTree, zoom: number): number {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      if (step !== zoom && isInSubtree(tree, zoom, step)) return step
    }
    return widerAncestor(tree, zoom)
  }

  /** To the numbers of a newer tree. */
  renumber(to: (node: number) => number): void {
    this.steps = this.steps.map(to)
  }

  clear(): void {
    this.steps = []
  }
}
