import { type CaptureViewState, COMMENT_LIMITS, type CommentPin, type CommentView, type PinOn, patchView } from '@sonde/contract'
import type { LoadedProfile } from '@sonde/flamegraph/react'
import { type CallTree, findPinnedFrame, pinFrame } from '@sonde/profile'
import type { FlameKind } from '../capture/flame-words.ts'
import { pinView } from './pin-view.ts'

export type FrameNote = CommentView & { pin: PinOn<'frame'> }

export const isFrameNote =
  (kind: FlameKind) =>
  (note: CommentView): note is FrameNote =>
    note.pin.on === 'frame' && note.pin.of === kind

export type PlacedNotes = {
  byNode: ReadonlyMap<number, readonly FrameNote[]>
  noted: readonly number[]
  /** By the note's id, whether the tree has its frame. */
  found: ReadonlyMap<string, boolean>
}

/** Which frames of a tree have notes. */
export function placeNotes(tree: CallTree, notes: readonly FrameNote[]): PlacedNotes {
  const byNode = new Map<number, FrameNote[]>()
  const found = new Map<string, boolean>()
  for (const note of notes) {
    const node = note.pin.invert === (tree.isInverted ?? false) ? findPinnedFrame(tree, note.pin) : -1
    found.set(note.id, node >= 0)
    if (node >= 0) byNode.set(node, [...(byNode.get(node) ?? []), note])
  }
  return { byNode, noted: [...byNode.keys()], found }
}

/** The frame that the note is on whose view has this zoom; -1 for none. */
export function frameOfZoom(tree: CallTree, notes: readonly FrameNote[], zoomField: 'zoom' | 'waitZoom', zoom: string): number {
  const pinned = notes.find((note) => new URLSearchParams(note.pin.view).get(zoomField) === zoom)
  return pinned ? findPinnedFrame(tree, pinned.pin) : -1
}

/** What a note on this frame is on. `zoom`: the frame's key in links. */
export function framePin(
  tree: CallTree,
  node: number,
  graph: { kind: FlameKind; profile: LoadedProfile; view: CaptureViewState; zoomField: 'zoom' | 'waitZoom'; zoom: string },
): CommentPin {
  const { hosts } = graph.profile
  const frame = pinFrame(tree, node, hosts.length === 1 ? (hosts.name[0] ?? '') : '', COMMENT_LIMITS)
  if (!frame) return { on: 'capture' }
  const there = patchView(graph.view, { [graph.zoomField]: graph.zoom })
  return { on: 'frame', of: graph.kind, ...frame, invert: tree.isInverted ?? false, view: pinView(there) }
}
