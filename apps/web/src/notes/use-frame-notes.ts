'use client'
import { type CaptureViewState, COMMENT_LIMITS, type CommentPin, type CommentView, type PinOn, patchView } from '@sonde/contract'
import type { FrameAction, LoadedProfile } from '@sonde/flamegraph/react'
import { type CallTree, findPinnedFrame, pinFrame } from '@sonde/profile'
import { useEffect, useMemo } from 'react'
import type { FlameKind } from '../capture/flame-words.ts'
import type { UpdateView } from '../capture/use-view-state.ts'
import type { ZoomNodes } from '../capture/use-zoom-nodes.ts'
import { pinnedNotes } from './note-threads.ts'
import { useNotes, useNotesStore, useReportFound } from './notes-store.ts'
import { pinView } from './pin-view.ts'

export type FrameNotes = {
  /** The entry of a frame's menu that adds a note, or shows those that are there. */
  actions: readonly FrameAction[]
  noted: readonly number[]
  onNotes: (node: number) => void
  /** What a tooltip says of a frame's notes. */
  facts: ((tree: CallTree, node: number) => { label: string; value: string; share: string }[]) | undefined
}

type FramePin = PinOn<'frame'>

export type FrameNotesOptions = {
  kind: FlameKind
  profile: LoadedProfile | undefined
  tree: CallTree | undefined
  view: CaptureViewState
  update: UpdateView
  zoomField: 'zoom' | 'waitZoom'
  zoomNodes: ZoomNodes
  /** The graph that is shown answers an earlier question. */
  isStale: boolean
}

const isOf =
  (kind: FlameKind) =>
  (note: CommentView): note is CommentView & { pin: FramePin } =>
    note.pin.on === 'frame' && note.pin.of === kind

/** The notes on a flame graph's frames: which frames they are now, and how to add one. */
export function useFrameNotes({ kind, profile, tree, view, update, zoomField, zoomNodes, isStale }: FrameNotesOptions): FrameNotes {
  const store = useNotesStore()
  const comments = useNotes((state) => state.comments)
  const notes = useMemo(() => pinnedNotes(comments).frames.filter(isOf(kind)), [comments, kind])
  const nodes = useMemo(() => {
    const byNode = new Map<number, CommentView[]>()
    const found = new Map<string, boolean>()
    for (const note of tree ? notes : []) {
      const node = tree && note.pin.invert === (tree.isInverted ?? false) ? findPinnedFrame(tree, note.pin) : -1
      found.set(note.id, node >= 0)
      if (node >= 0) byNode.set(node, [...(byNode.get(node) ?? []), note])
    }
    return { byNode, noted: [...byNode.keys()], found: tree ? found : null }
  }, [tree, notes])
  useReportFound(kind, nodes.found)

  // A pin leads to the frame also where a row of its host has come to stand above it since: the link's own key is another then.
  const zoom = view[zoomField]
  const isLost = zoom !== '' && !isStale && tree !== undefined && zoomNodes.nodeOf(zoom) < 0
  useEffect(() => {
    if (!isLost || !tree) return
    const pinned = notes.find((note) => new URLSearchParams(note.pin.view).get(zoomField) === zoom)
    const node = pinned ? findPinnedFrame(tree, pinned.pin) : -1
    if (node > 0) update({ [zoomField]: zoomNodes.keyOf(node) }, 'replace')
  }, [isLost, tree, notes, zoomField, zoom, zoomNodes, update])

  if (!store) return { actions: [], noted: nodes.noted, onNotes: () => {}, facts: undefined }
  const notesOf = (node: number) => nodes.byNode.get(node) ?? []
  const openAt = (at: CallTree, node: number) => {
    const pin = tree && profile ? pinOf(at, node) : null
    store.open(pin, notesOf(node)[0]?.id ?? null)
  }
  const pinOf = (at: CallTree, node: number): CommentPin => {
    const hosts = profile?.hosts
    const frame = pinFrame(at, node, hosts?.length === 1 ? (hosts.name[0] ?? '') : '', COMMENT_LIMITS)
    if (!frame) return { on: 'capture' }
    const there = patchView(view, { [zoomField]: zoomNodes.keyOf(node) })
    return { on: 'frame', of: kind, ...frame, invert: at.isInverted ?? false, view: pinView(there) }
  }
  return {
    actions: [
      {
        keys: 'a',
        label: (_, node) => (notesOf(node).length > 0 ? `Notes here (${notesOf(node).length})` : 'Add a note here'),
        run: openAt,
      },
    ],
    noted: nodes.noted,
    onNotes: (node) => {
      if (tree) openAt(tree, node)
    },
    facts:
      nodes.noted.length === 0
        ? undefined
        : (_, node) => (notesOf(node).length > 0 ? [{ label: 'notes', value: String(notesOf(node).length), share: '' }] : []),
  }
}
