import type { ZoomCause } from './flame-zoom.ts'
import type { FlameHit } from './hit.ts'
import type { ShownWindow } from './minimap-window.ts'

export type FlameViewEvents = {
  onZoom(node: number, cause: ZoomCause): void
  onHover(hit: FlameHit | null): void
  /** Focus moved by keyboard or by a search step. */
  onFocus(node: number): void
  /** Another part of the graph is on screen. */
  onWindow(shown: ShownWindow): void
}

export type FlameMove = 'parent' | 'child' | 'next' | 'previous'
