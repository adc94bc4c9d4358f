import type { Ref } from 'react'
import type { EventWords } from './describe.ts'
import type { FlameOrientation } from './draw.ts'
import type { FlameModel } from './engine/flame-model.ts'
import type { FrameAction, FrameFacts } from './flame-actions.ts'
import type { ZoomCause } from './flame-zoom.ts'
import type { WeightUnit } from './format.ts'
import type { ColorBy } from './inks.ts'
import type { MarkedFunction } from './marked-function.ts'
import type { FlameMatches } from './search.ts'

export type FlameGraphProps = {
  model: FlameModel
  /** What a search found in this model; null where nothing is searched for. */
  matches: FlameMatches | null
  /** One sample stands for this many ns of CPU time; 0 where unknown. */
  periodNs: number
  unit: WeightUnit
  /** Words for what weights other than samples belong to; without them a frame's events are not named. */
  events?: EventWords | undefined
  layout: FlameOrientation
  colorBy: ColorBy
  /** Where the graph goes whenever this changes. The graph moves by itself at once and reports; the echo is ignored. -1 counts as 0. */
  zoomNode: number
  /** cause: 'jump' deserves a step in the browser's history, 'drift' (wheel or drag came to rest, or the focus moved out of view) replaces the last one. */
  onZoom(node: number, cause: ZoomCause): void
  /** Node under the pointer, -1 for none. */
  onHover?: ((node: number) => void) | undefined
  /** Row of the profile's thread table that was picked (menu, `p`, Alt+click) to narrow everything to its process. */
  onSelectProcess?: ((threadRow: number) => void) | undefined
  /** `/` was pressed: focus the search field. */
  onOpenSearch?: (() => void) | undefined
  /** "Find this name" of the menu: plain text to search for. */
  onFindName?: ((name: string) => void) | undefined
  /** Whether a map of the whole graph stands above it; default true. Small graphs need their room. */
  hasMinimap?: boolean | undefined
  /** More entries of a frame's menu. */
  actions?: readonly FrameAction[] | undefined
  /** More rows of a frame's tooltip. */
  facts?: FrameFacts | undefined
  /** A function that is framed wherever it is: the one that is selected elsewhere on the page. */
  marked?: MarkedFunction | null | undefined
  /** Frames of the model's tree that have notes: a corner of each is folded, and a click on it is reported. */
  noted?: readonly number[] | undefined
  onNotes?: ((node: number) => void) | undefined
  className?: string | undefined
  ariaLabel?: string | undefined
  ref?: Ref<FlameGraphHandle> | undefined
}

export type FlameGraphHandle = {
  focus(): void
  /** Focuses the next match, heaviest first; null if there is none. */
  nextMatch(): { position: number; count: number } | null
  previousMatch(): { position: number; count: number } | null
  resetZoom(): void
  /** Of the focused, else the zoomed frame; leaf first, one frame a line. */
  copyStack(): Promise<boolean>
}
