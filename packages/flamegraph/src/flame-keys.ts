import type { FlameView } from './flame-view.ts'

export type FlameKeyEvents = {
  onOpenSearch(): void
  onStepMatch(by: 1 | -1): void
  onCopyStack(): void
  onPickProcess(node: number): void
  onMenu(node: number): void
  /** Any other key, without modifiers but Shift. @returns whether it was used */
  onOther(key: string): boolean
}

/** For a help page; what handleKey does. */
export const FLAME_KEYS = [
  { keys: '↑ ↓', does: 'caller and heaviest callee (as drawn)' },
  { keys: '← →', does: 'neighbours with the same caller' },
  { keys: 'Enter', does: 'zoom to the frame' },
  { keys: 'Backspace, Esc', does: 'zoom out' },
  { keys: 'Home', does: 'show all' },
  { keys: '+ −', does: 'zoom in and out around the frame' },
  { keys: '/', does: 'search' },
  { keys: 'n, N', does: 'next and previous match, heaviest first' },
  { keys: 'c', does: 'copy the stack' },
  { keys: 'p', does: 'only this process' },
  { keys: 'Shift+F10', does: 'menu' },
  { keys: 'on the map: ← →, + −', does: 'move and size what is on screen' },
] as const

/** @returns whether the key was used; the caller then prevents its default */
export function handleKey(view: FlameView, event: KeyboardEvent, events: FlameKeyEvents): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const isIcicle = view.orientation === 'icicle'
  switch (event.key) {
    case 'ArrowUp':
      view.moveFocus(isIcicle ? 'parent' : 'child')
      return true
    case 'ArrowDown':
      view.moveFocus(isIcicle ? 'child' : 'parent')
      return true
    case 'ArrowLeft':
      view.moveFocus('previous')
      return true
    case 'ArrowRight':
      view.moveFocus('next')
      return true
    case 'Enter':
    case ' ': {
      const at = focusOf(view)
      view.zoomTo(at)
      view.focusFrame(at)
      return true
    }
    case 'Backspace':
    case 'Escape':
      return view.zoomOut()
    case 'Home':
      view.resetZoom()
      view.focusFrame(0)
      return true
    case '+':
    case '=':
      return zoomAroundFocus(view, 0.6)
    case '-':
      return zoomAroundFocus(view, 1 / 0.6)
    case '/':
      events.onOpenSearch()
      return true
    case 'n':
      events.onStepMatch(1)
      return true
    case 'N':
      events.onStepMatch(-1)
      return true
    case 'c':
      events.onCopyStack()
      return true
    case 'p':
      events.onPickProcess(focusOf(view))
      return true
    case 'ContextMenu':
    case 'F10':
      if (event.key === 'F10' && !event.shiftKey) return false
      events.onMenu(focusOf(view))
      return true
    default:
      return events.onOther(event.key)
  }
}

/** Keys act on the focused frame, or before there is one on the zoomed frame. */
export const focusOf = (view: FlameView): number => (view.focusNode >= 0 ? view.focusNode : view.zoomNode)

function zoomAroundFocus(view: FlameView, factor: number): boolean {
  const box = view.boxOf(focusOf(view))
  view.zoomAt(box ? box.left + box.width / 2 : 0, factor, true)
  return true
}
