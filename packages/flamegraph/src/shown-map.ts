import type { FlameZoom } from './flame-zoom.ts'
import { Minimap, type MinimapPicture } from './minimap.ts'
import { type ShownWindow, sameWindow, shownWindow } from './minimap-window.ts'
import type { Stage } from './stage.ts'

/** Keeps the minimap, and what is said of the window in it, in step with the graph. */
export class ShownMap {
  private readonly minimap: Minimap | null
  private timer = 0
  private shown: ShownWindow = { left: 0, right: 1, top: 0, bottom: 1 }

  constructor(
    canvas: HTMLCanvasElement | null,
    private readonly browser: Window,
    private readonly onWindow: (shown: ShownWindow) => void,
  ) {
    this.minimap = canvas ? new Minimap(canvas) : null
  }

  /** What of the whole is on screen. */
  get window(): ShownWindow {
    return this.shown
  }

  follow({ layout, inks }: Pick<MinimapPicture, 'layout' | 'inks'>, zoom: FlameZoom, { screen, palette }: Stage): void {
    const { orientation, widthPx, dpr } = screen
    const picture = { layout, inks, palette, orientation, widthPx, dpr }
    // The graph first: of a million frames the map takes as long as a picture.
    if (this.minimap?.differs(picture)) {
      this.browser.clearTimeout(this.timer)
      this.timer = this.browser.setTimeout(() => this.minimap?.paint(picture))
    }
    const next = shownWindow(zoom.span, zoom.whole(), screen, layout.rows)
    if (sameWindow(next, this.shown)) return
    this.shown = next
    this.onWindow(next)
  }

  destroy(): void {
    this.browser.clearTimeout(this.timer)
  }
}
