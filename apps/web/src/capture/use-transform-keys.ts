'use client'
import { type CaptureViewState, redoTransform, undoTransform } from '@sonde/contract'
import { isTyping, useKeyDown } from '../shell/shortcuts.ts'
import type { UpdateView } from './use-view-state.ts'

/** Ctrl+Z and Ctrl+Shift+Z (⌘ on a Mac; Ctrl+Y as well) undo and redo transforms. In a text field they are the field's. */
export function useTransformKeys(view: CaptureViewState, update: UpdateView): void {
  useKeyDown((event) => {
    if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey) || isTyping(event.target)) return
    const key = event.key.toLowerCase()
    const isRedo = key === 'y' || (key === 'z' && event.shiftKey)
    if (!isRedo && key !== 'z') return
    const patch = isRedo ? redoTransform(view) : undoTransform(view)
    if (!patch) return
    event.preventDefault()
    update(patch, 'push')
  })
}
