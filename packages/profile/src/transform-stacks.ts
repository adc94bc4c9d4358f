import { assertNever } from './assert-never.ts'
import { InternedRows } from './interned-rows.ts'
import { FRAME_KIND, type FrameTable, type StackTable } from './profile.ts'
import { framesOfKey, framesOfModule, type StackSource, stacksEndingIn, stacksOfPath } from './target-keys.ts'
import type { StackTransform } from './transform.ts'

/** What a stack of the old table is in the new one, beside a row of it. */
export const NO_FRAMES = -1
export const DROPPED = -2

export type TransformedStacks = {
  frames: FrameTable
  stacks: StackTable
  /** By row of the old table: row of the new one, `NO_FRAMES` or `DROPPED`. */
  rowOf: Int32Array
  /** Samples without any frame are dropped too. */
  isEmptyDropped: boolean
  /** Row of the old frame table that the target is, the last one of a path; for a module any frame of it. */
  target: number
}

/**
 * One transform on a stack table: a pass over its rows, parents first, whatever number of samples they have.
 *
 * @returns null where the target is not in the table: nothing changes
 */
export function transformStacks(source: StackSource, transform: StackTransform): TransformedStacks | null {
  const { frames, stacks } = source
  switch (transform.kind) {
    case 'focus-subtree': {
      const places = stacksOfPath(source, transform.path)
      return places && focusFrom(source, places, firstFrame(places, stacks))
    }
    case 'merge-node': {
      const places = stacksOfPath(source, transform.path)
      return places && mergeAway(source, places, firstFrame(places, stacks))
    }
    case 'focus-callers': {
      const places = stacksEndingIn(source, transform.path, transform.leaf, transform.frames)
      return places && focusCallers(source, places, transform.frames)
    }
    case 'focus-function':
    case 'merge-function':
    case 'drop-function':
    case 'collapse-function':
    case 'collapse-recursion':
    case 'collapse-direct-recursion': {
      const own = framesOfKey(source, transform.function)
      if (own === null) return null
      const places = stacksOfFrames(stacks, own)
      const target = own.indexOf(1)
      return FUNCTION_PASSES[transform.kind](source, places, target)
    }
    case 'focus-module':
    case 'collapse-module': {
      const own = framesOfModule(source, transform.module)
      if (own === null) return null
      const places = stacksOfFrames(stacks, own)
      const target = own.indexOf(1)
      return transform.kind === 'focus-module' ? focusModule(source, places, target) : collapseModule(frames, stacks, places, own)
    }
    default:
      return assertNever(transform)
  }
}

/** `places`: rows that are a call of the target, as 1. */
type Pass = (source: StackSource, places: Uint8Array, target: number) => TransformedStacks

const FUNCTION_PASSES: Record<Extract<StackTransform, { function: string }>['kind'], Pass> = {
  'focus-function': focusFrom,
  'merge-function': mergeAway,
  'drop-function': dropBelow,
  'collapse-function': collapseBelow,
  'collapse-recursion': collapseRecursion,
  'collapse-direct-recursion': collapseDirectRecursion,
}

function stacksOfFrames(stacks: StackTable, own: Uint8Array): Uint8Array {
  const places = new Uint8Array(stacks.length)
  for (let row = 0; row < stacks.length; row++) places[row] = own[stacks.frame[row] ?? 0] ?? 0
  return places
}

const firstFrame = (places: Uint8Array, stacks: StackTable): number => stacks.frame[places.indexOf(1)] ?? -1

/** Stacks begin at their outermost place. */
function focusFrom({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const { rows, rowOf } = newTable(stacks)
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row] ?? -1
    const above = parent < 0 ? DROPPED : (rowOf[parent] ?? DROPPED)
    const frame = stacks.frame[row] ?? 0
    rowOf[row] = above >= 0 ? rows.intern(above, frame) : places[row] === 1 ? rows.intern(NO_FRAMES, frame) : DROPPED
  }
  return { frames, stacks: tableOf(rows), rowOf, isEmptyDropped: true, target }
}

/** Stacks that end with the path lose all of it but its outermost frame. */
function focusCallers({ frames, stacks }: StackSource, places: Uint8Array, count: number): TransformedStacks {
  const rowOf = new Int32Array(stacks.length).fill(DROPPED)
  let target = -1
  for (let row = 0; row < stacks.length; row++) {
    if (places[row] === 0) continue
    let at = row
    for (let step = 1; step < count; step++) at = stacks.parent[at] ?? -1
    rowOf[row] = at
    target = stacks.frame[at] ?? -1
  }
  return { frames, stacks, rowOf, isEmptyDropped: true, target }
}

/** Places go, what they call moves to their callers. */
function mergeAway({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const { rows, rowOf } = newTable(stacks)
  for (let row = 0; row < stacks.length; row++) {
    const above = rowAbove(stacks, rowOf, row)
    rowOf[row] = places[row] === 1 ? above : rows.intern(above, stacks.frame[row] ?? 0)
  }
  return { frames, stacks: tableOf(rows), rowOf, isEmptyDropped: false, target }
}

function dropBelow({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const rowOf = new Int32Array(stacks.length)
  for (let row = 0; row < stacks.length; row++) {
    rowOf[row] = places[row] === 1 || rowAbove(stacks, rowOf, row) === DROPPED ? DROPPED : row
  }
  return { frames, stacks, rowOf, isEmptyDropped: false, target }
}

/** Stacks end at their outermost place. */
function collapseBelow({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const rowOf = new Int32Array(stacks.length)
  for (let row = 0; row < stacks.length; row++) {
    const above = rowAbove(stacks, rowOf, row)
    rowOf[row] = above >= 0 && (places[above] === 1 || above !== stacks.parent[row]) ? above : row
  }
  return { frames, stacks, rowOf, isEmptyDropped: false, target }
}

/** An inner call is its outermost one: what it calls hangs below that. */
function collapseRecursion({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const { rows, rowOf } = newTable(stacks)
  const outermost = new Int32Array(stacks.length)
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row] ?? -1
    const outer = parent < 0 ? -1 : (outermost[parent] ?? -1)
    const isPlace = places[row] === 1
    outermost[row] = outer >= 0 ? outer : isPlace ? row : -1
    rowOf[row] = isPlace && outer >= 0 ? (rowOf[outer] ?? NO_FRAMES) : rows.intern(rowAbove(stacks, rowOf, row), stacks.frame[row] ?? 0)
  }
  return { frames, stacks: tableOf(rows), rowOf, isEmptyDropped: false, target }
}

function collapseDirectRecursion({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const { rows, rowOf } = newTable(stacks)
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row] ?? -1
    const above = rowAbove(stacks, rowOf, row)
    rowOf[row] = places[row] === 1 && parent >= 0 && places[parent] === 1 ? above : rows.intern(above, stacks.frame[row] ?? 0)
  }
  return { frames, stacks: tableOf(rows), rowOf, isEmptyDropped: false, target }
}

function focusModule({ frames, stacks }: StackSource, places: Uint8Array, target: number): TransformedStacks {
  const { rows, rowOf } = newTable(stacks)
  for (let row = 0; row < stacks.length; row++) {
    const above = rowAbove(stacks, rowOf, row)
    rowOf[row] = places[row] === 1 ? rows.intern(above, stacks.frame[row] ?? 0) : above
  }
  for (let row = 0; row < stacks.length; row++) if (rowOf[row] === NO_FRAMES) rowOf[row] = DROPPED
  return { frames, stacks: tableOf(rows), rowOf, isEmptyDropped: true, target }
}

function collapseModule(frames: FrameTable, stacks: StackTable, places: Uint8Array, own: Uint8Array): TransformedStacks {
  const { rows, rowOf } = newTable(stacks)
  const library = frames.length
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row] ?? -1
    const above = rowAbove(stacks, rowOf, row)
    if (places[row] === 0) rowOf[row] = rows.intern(above, stacks.frame[row] ?? 0)
    else rowOf[row] = parent >= 0 && places[parent] === 1 ? above : rows.intern(above, library)
  }
  const target = own.indexOf(1)
  const grown = {
    length: library + 1,
    name: withLast(frames.name, frames.module[target] ?? 0),
    module: withLast(frames.module, frames.module[target] ?? 0),
    kind: withLast(frames.kind, kindOfModule(frames, own)),
  }
  return { frames: grown, stacks: tableOf(rows), rowOf, isEmptyDropped: false, target }
}

/** A library's frames may be of several kinds; its one frame has the first of these, so that more samples seldom change it. */
const KINDS_BY_RANK = [FRAME_KIND.kernel, FRAME_KIND.user, FRAME_KIND.jit, FRAME_KIND.inlined] as const

function kindOfModule(frames: FrameTable, own: Uint8Array): number {
  const present = new Set<number>()
  for (let frame = 0; frame < frames.length; frame++) if (own[frame] === 1) present.add(frames.kind[frame] ?? 0)
  return KINDS_BY_RANK.find((kind) => present.has(kind)) ?? FRAME_KIND.unknown
}

function withLast<T extends Uint32Array | Uint8Array>(column: T, last: number): T {
  const grown = new (column.constructor as new (length: number) => T)(column.length + 1)
  grown.set(column)
  grown[column.length] = last
  return grown
}

function newTable(stacks: StackTable): { rows: InternedRows; rowOf: Int32Array } {
  return { rows: new InternedRows(stacks.length), rowOf: new Int32Array(stacks.length) }
}

const rowAbove = (stacks: StackTable, rowOf: Int32Array, row: number): number => {
  const parent = stacks.parent[row] ?? -1
  return parent < 0 ? NO_FRAMES : (rowOf[parent] ?? NO_FRAMES)
}

function tableOf(rows: InternedRows): StackTable {
  return {
    length: rows.length,
    parent: rows.copyField(0, new Int32Array(rows.length)),
    frame: rows.copyField(1, new Uint32Array(rows.length)),
  }
}
