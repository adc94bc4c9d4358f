import type { CallTree } from '@sonde/profile'

/** Something to do with a frame beyond looking at it: an entry of its menu with a key of its own. */
export type FrameAction = {
  /** `KeyboardEvent.key`; none of those that `handleKey` uses itself. */
  keys: string
  /** Null where this frame has no such thing. */
  label(tree: CallTree, node: number): string | null
  run(tree: CallTree, node: number): void
}

/** Rows that a graph's owner adds to what a tooltip says of a frame. */
export type FrameFacts = (tree: CallTree, node: number) => readonly { label: string; value: string; share: string }[]
