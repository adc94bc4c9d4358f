import { type CallTree, GROUP_KIND } from './call-tree.ts'
import { frameKey } from './frame-keys.ts'
import { formatKey, hashText, parseKey, ROOT_HASH, stepHigh, stepLow, ZERO_HASH } from './label-hash.ts'
import type { FrameTable, StackTable } from './profile.ts'
import type { StackTransform, StackTransformKind } from './transform.ts'

/** The tables that stacks are made of. */
export type StackSource = { strings: readonly string[]; frames: FrameTable; stacks: StackTable }

/** A library's name in a link: a hash of it. Links keep it: it must never change. */
export function moduleKey(module: string): string {
  const { high, low } = hashText(module)
  return formatKey(high, low)
}

/**
 * A place in the stacks, as a name in a link: the path key of its functions alone, whatever rows of hosts, processes or threads
 * stand above them, so that it means the same in every grouping. '' where the node is no function.
 */
export function stackPathKey(tree: CallTree, node: number): string {
  const path = functionsAbove(tree, node)
  if (path.length === 0) return ''
  let { high, low } = ROOT_HASH
  for (const at of path.reverse()) {
    const label = hashText(tree.labels[tree.label[at] ?? 0] ?? '')
    const module = hashText(tree.modules[tree.module[at] ?? 0] ?? '')
    const kind = tree.kind[at] ?? 0
    high = stepHigh(high, label.high, module.high, kind)
    low = stepLow(low, label.low, module.low, kind)
  }
  return formatKey(high, low)
}

/**
 * The transform of this kind for a node of a call tree, null where it has none: group rows are no functions, a frame without a
 * library has none to collapse, and an inverted tree has no place to merge (its rows are parts of many stacks).
 */
export function transformOfNode(tree: CallTree, node: number, kind: StackTransformKind): StackTransform | null {
  const path = functionsAbove(tree, node)
  const top = path.at(-1)
  if (top === undefined) return null
  const module = tree.modules[tree.module[node] ?? 0] ?? ''
  switch (kind) {
    case 'focus-subtree':
      return tree.isInverted ? transformOfNode(tree, node, 'focus-callers') : { kind, path: stackPathKey(tree, node) }
    case 'focus-callers':
      return tree.isInverted ? { kind, path: stackPathKey(tree, node), leaf: functionKeyOf(tree, top), frames: path.length } : null
    case 'merge-node':
      return tree.isInverted ? null : { kind, path: stackPathKey(tree, node) }
    case 'focus-module':
    case 'collapse-module':
      return module === '' ? null : { kind, module: moduleKey(module) }
    default:
      return { kind, function: functionKeyOf(tree, node) }
  }
}

function functionKeyOf(tree: CallTree, node: number): string {
  return frameKey(tree.labels[tree.label[node] ?? 0] ?? '', tree.modules[tree.module[node] ?? 0] ?? '', tree.kind[node] ?? 0)
}

/** From the node up to the last function below a group row. */
function functionsAbove(tree: CallTree, node: number): number[] {
  const path: number[] = []
  for (let at = node; at > 0 && (tree.kind[at] ?? 0) < GROUP_KIND.root; at = tree.parent[at] ?? 0) path.push(at)
  return path
}

/** Rows of `stacks` at this path, as 1; null if there are none. One pass. */
export function stacksOfPath({ strings, frames, stacks }: StackSource, key: string): Uint8Array | null {
  const wanted = parseKey(key)
  if (wanted === null) return null
  const steps = frameSteps(strings, frames)
  const high = new Uint32Array(stacks.length)
  const low = new Uint32Array(stacks.length)
  const found = new Uint8Array(stacks.length)
  let isFound = false
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row] ?? -1
    const frame = stacks.frame[row] ?? 0
    const rowHigh = stepHigh(
      parent < 0 ? ROOT_HASH.high : (high[parent] ?? 0),
      steps.labelHigh[frame] ?? 0,
      steps.moduleHigh[frame] ?? 0,
      frames.kind[frame] ?? 0,
    )
    const rowLow = stepLow(
      parent < 0 ? ROOT_HASH.low : (low[parent] ?? 0),
      steps.labelLow[frame] ?? 0,
      steps.moduleLow[frame] ?? 0,
      frames.kind[frame] ?? 0,
    )
    high[row] = rowHigh
    low[row] = rowLow
    if (rowHigh !== wanted.high || rowLow !== wanted.low) continue
    found[row] = 1
    isFound = true
  }
  return isFound ? found : null
}

/**
 * Rows of `stacks` whose innermost `count` frames, from the innermost outwards, are the path with this key, as 1; null if there
 * are none. `leaf`: key of the innermost frame.
 */
export function stacksEndingIn(source: StackSource, key: string, leaf: string, count: number): Uint8Array | null {
  const { strings, frames, stacks } = source
  const wanted = parseKey(key)
  const leaves = framesOfKey(source, leaf)
  if (wanted === null || leaves === null || count < 1) return null
  const steps = frameSteps(strings, frames)
  const found = new Uint8Array(stacks.length)
  let isFound = false
  for (let row = 0; row < stacks.length; row++) {
    if (leaves[stacks.frame[row] ?? 0] === 0) continue
    let { high, low } = ROOT_HASH
    let at = row
    let taken = 0
    for (; taken < count && at >= 0; taken++) {
      const frame = stacks.frame[at] ?? 0
      const kind = frames.kind[frame] ?? 0
      high = stepHigh(high, steps.labelHigh[frame] ?? 0, steps.moduleHigh[frame] ?? 0, kind)
      low = stepLow(low, steps.labelLow[frame] ?? 0, steps.moduleLow[frame] ?? 0, kind)
      at = stacks.parent[at] ?? -1
    }
    if (taken < count || high !== wanted.high || low !== wanted.low) continue
    found[row] = 1
    isFound = true
  }
  return isFound ? found : null
}

/** Rows of the frame table with this `frameKey`, as 1; null if there are none. */
export function framesOfKey({ strings, frames }: Omit<StackSource, 'stacks'>, key: string): Uint8Array | null {
  const wanted = parseKey(key)
  if (wanted === null) return null
  const steps = frameSteps(strings, frames)
  const { high, low } = ROOT_HASH
  return matching(frames.length, (frame) => {
    const kind = frames.kind[frame] ?? 0
    return (
      stepHigh(high, steps.labelHigh[frame] ?? 0, steps.moduleHigh[frame] ?? 0, kind) === wanted.high &&
      stepLow(low, steps.labelLow[frame] ?? 0, steps.moduleLow[frame] ?? 0, kind) === wanted.low
    )
  })
}

/** Rows of the frame table whose library has this `moduleKey`, as 1; null if there are none. */
export function framesOfModule({ strings, frames }: Omit<StackSource, 'stacks'>, key: string): Uint8Array | null {
  const wanted = parseKey(key)
  if (wanted === null) return null
  const steps = frameSteps(strings, frames)
  return matching(frames.length, (frame) => steps.moduleHigh[frame] === wanted.high && steps.moduleLow[frame] === wanted.low)
}

function matching(length: number, isMatch: (row: number) => boolean): Uint8Array | null {
  const found = new Uint8Array(length)
  let isFound = false
  for (let row = 0; row < length; row++) {
    if (!isMatch(row)) continue
    found[row] = 1
    isFound = true
  }
  return isFound ? found : null
}

/** Hashes of name and library by row of the frame table; each distinct text is hashed once. */
function frameSteps(strings: readonly string[], frames: FrameTable) {
  const hashes = strings.map(hashText)
  const column = (texts: Uint32Array, half: 'high' | 'low') =>
    Uint32Array.from({ length: frames.length }, (_, frame) => (hashes[texts[frame] ?? 0] ?? ZERO_HASH)[half])
  return {
    labelHigh: column(frames.name, 'high'),
    labelLow: column(frames.name, 'low'),
    moduleHigh: column(frames.module, 'high'),
    moduleLow: column(frames.module, 'low'),
  }
}
