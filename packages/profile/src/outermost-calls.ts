import type { StackTable } from './profile.ts'

/**
 * Marks (1) the stack rows whose function is on no row above them: the outermost call of it. Below such a row every sample
 * is counted once for the function, however often it calls itself. Two linear
 * passes, remembered while the profile lives.
 *
 * `frames`: rows of the profile's frame table.
 */
export function outermostCalls(stacks: StackTable, frames: number): Uint8Array {
  const known = marked.get(stacks)
  if (known) return known
  const outermost = mark(stacks, frames)
  marked.set(stacks, outermost)
  return outermost
}

/** The marks do not depend on the selection, which changes with every step of a brush. */
const marked = new WeakMap<StackTable, Uint8Array>()

function mark({ length, parent, frame }: StackTable, frames: number): Uint8Array {
  const outermost = new Uint8Array(length)
  // Children as linked lists; roots hang on the last slot.
  const firstChild = new Int32Array(length + 1).fill(-1)
  const nextSibling = new Int32Array(length)
  for (let row = length - 1; row >= 0; row--) {
    const above = parent[row] ?? -1
    const slot = above < 0 ? length : above
    nextSibling[row] = firstChild[slot] ?? -1
    firstChild[slot] = row
  }
  /** How often each function is on the path that is being walked. */
  const onPath = new Uint16Array(frames)
  let row = firstChild[length] ?? -1
  while (row >= 0) {
    const own = frame[row] ?? 0
    const times = onPath[own] ?? 0
    if (times === 0) outermost[row] = 1
    onPath[own] = times + 1
    let next = firstChild[row] ?? -1
    // At a leaf: up until there is a sibling to go to.
    for (let at = row; next < 0 && at >= 0; at = parent[at] ?? -1) {
      const done = frame[at] ?? 0
      onPath[done] = (onPath[done] ?? 1) - 1
      next = nextSibling[at] ?? -1
    }
    row = next
  }
  return outermost
}
