'use client'
import type { CaptureViewState } from '@sonde/contract'
import type { FrameAction, LoadedProfile } from '@sonde/flamegraph/react'
import type { CallTree } from '@sonde/profile'
import { useEffect, useMemo, useState } from 'react'
import type { FlameKind } from '../capture/flame-words.ts'
import type { UpdateView } from '../capture/use-view-state.ts'
import type { ZoomNodes } from '../capture/use-zoom-nodes.ts'
import { pinnedNotes } from './note-threads.ts'
import { useNotes, useNotesStore, useReportFound } from './notes-store.ts'

export type FrameNotes = {
  /** The entry of a frame's menu that adds a note, or shows those that are there. */
  actions: readonly FrameAction[]
  noted: readonly number[]
  onNotes: (node: number) => void
  /** What a tooltip says of a frame's notes. */
  facts: ((tree: CallTree, node: number) => { label: string; value: string; share: string }[]) | undefined
}

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

const NONE: readonly number[] = []
const loadPins = () => import('./frame-pins.ts')

/** The notes on a flame graph's frames: which frames they are now, and how to add one. */
export function useFrameNotes({ kind, profile, tree, view, update, zoomField, zoomNodes, isStale }: FrameNotesOptions): FrameNotes {
  const store = useNotesStore()
  const { frames } = pinnedNotes(useNotes((state) => state.comments))
  // What finds frames comes when there is something to be found.
  const [pins, setPins] = useState<Awaited<ReturnType<typeof loadPins>> | null>(null)
  const isWanted = frames.length > 0
  useEffect(() => {
    if (isWanted) void loadPins().then(setPins)
  }, [isWanted])
  const notes = useMemo(() => (pins ? frames.filter(pins.isFrameNote(kind)) : []), [pins, frames, kind])
  const placed = useMemo(() => (pins && tree ? pins.placeNotes(tree, notes) : null), [pins, tree, notes])
  useReportFound(kind, placed?.found ?? null)

  // A pin leads to the frame also where a row of its host has come to stand above it since: the link's own key is another then.
  const zoom = view[zoomField]
  const isLost = zoom !== '' && !isStale && tree !== undefined && zoomNodes.nodeOf(zoom) < 0
  useEffect(() => {
    if (!isLost || !tree || !pins) return
    const node = pins.frameOfZoom(tree, notes, zoomField, zoom)
    if (node > 0) update({ [zoomField]: zoomNodes.keyOf(node) }, 'replace')
  }, [isLost, tree, pins, notes, zoomField, zoom, zoomNodes, update])

  const noted = placed?.noted ?? NONE
  if (!store) return { actions: [], noted, onNotes: () => {}, facts: undefined }
  const notesOf = (node: number) => placed?.byNode.get(node) ?? []
  const openAt = async (at: CallTree, node: number) => {
    if (!profile) return
    const { framePin } = await loadPins()
    const pin = framePin(at, node, { kind, profile, view, zoomField, zoom: zoomNodes.keyOf(node) })
    store.open(pin, notesOf(node)[0]?.id ?? null)
  }
  return {
    actions: [
      {
        keys: 'a',
        label: (_, node) => (notesOf(node).length > 0 ? `Notes here (${notesOf(node).length})` : 'Add a note here'),
        run: (at, node) => void openAt(at, node),
      },
    ],
    noted,
    onNotes: (node) => {
      if (tree) void openAt(tree, node)
    },
    facts:
      noted.length === 0
        ? undefined
        : (_, node) => (notesOf(node).length > 0 ? [{ label: 'notes', value: String(notesOf(node).length), share: '' }] : []),
  }
}
