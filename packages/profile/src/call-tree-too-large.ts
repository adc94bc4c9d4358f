/** Rows in one call tree, at most: about 400 MB of columns. Inverted trees and charts over time can pass it. */
export const MAX_TREE_NODES = 8_000_000

/** The tree would have more rows than a browser can hold. The message says so, and what to do, in words for the screen. */
export class CallTreeTooLargeError extends Error {
  override name = 'CallTreeTooLargeError'

  constructor(order: string, isInverted: boolean) {
    const what = isInverted ? 'inverted call tree' : order === 'time' ? 'flame chart' : 'call tree'
    super(
      `This ${what} would have more than ${MAX_TREE_NODES / 1e6} million rows. Select a process or a stretch of time, or focus a function.`,
    )
  }
}
