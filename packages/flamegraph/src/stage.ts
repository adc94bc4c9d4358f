import { createGrain, createLabelCache, type FlameOrientation, type Grain, type LabelCache, ROW_PX, type Screen } from './draw.ts'
import { buildPalette, type Palette } from './palette.ts'
import { type FlameTheme, readTheme } from './theme.ts'

/**
 * The elements a flame graph is drawn in: a scroller of the full height of the graph, in which a stage as high as the
 * visible part sticks. The canvases are never larger than the screen, however deep the stacks (canvases of full height
 * fail near 32,000 px).
 */
export type StageElements = {
  scroller: HTMLElement
  content: HTMLElement
  stage: HTMLElement
  base: HTMLCanvasElement
  overlay: HTMLCanvasElement
  /** For the strip that shows the whole graph; null without one. */
  minimap: HTMLCanvasElement | null
}

export const FONT_PROPERTY = '--flame-font'
const FALLBACK_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
const MAX_DPR = 3

export type Stage = {
  readonly base: CanvasRenderingContext2D
  readonly overlay: CanvasRenderingContext2D
  readonly screen: Screen
  readonly palette: Palette
  readonly theme: FlameTheme
  readonly labels: LabelCache
  readonly grain: Grain
  /** Size or pixel ratio changed? Reads them again; true if so. */
  measure(): boolean
  setOrientation(orientation: FlameOrientation): void
  setNames(names: readonly string[]): void
  /** Keeps the distance to the root's edge, so that nothing jumps when the graph gets higher or lower. */
  setContentRows(rows: number): void
  readScroll(): void
  scrollTo(scrollPx: number): void
  destroy(): void
}

/** `onChange`: theme, font or size changed, paint again. Throws where the browser has no Canvas 2D. */
export function createStage(elements: StageElements, onChange: () => void): Stage {
  const { scroller, content, stage, base, overlay } = elements
  const baseContext = base.getContext('2d', { alpha: false })
  const overlayContext = overlay.getContext('2d')
  const window = scroller.ownerDocument.defaultView
  if (!baseContext || !overlayContext || !window) throw new Error('this browser has no Canvas 2D')
  const document = scroller.ownerDocument

  let theme = readTheme(scroller)
  let palette = buildPalette(theme)
  let names: readonly string[] = []
  const orientation: FlameOrientation = 'icicle'
  const screen: Screen = { widthPx: 1, heightPx: 1, dpr: 1, rowPx: ROW_PX, contentRows: 1, scrollPx: 0, orientation }
  let hasContent = false

  const fontFamily = (): string => window.getComputedStyle(scroller).getPropertyValue(FONT_PROPERTY).trim() || FALLBACK_FONT
  let labels = createLabelCache(baseContext, names, fontFamily(), screen.dpr)

  const applyHeight = (): void => {
    content.style.height = `${(screen.contentRows * screen.rowPx) / screen.dpr}px`
  }
  const maxScroll = (): number => Math.max(0, screen.contentRows * screen.rowPx - screen.heightPx)
  const scrollTo = (scrollPx: number): void => {
    screen.scrollPx = Math.round(Math.min(maxScroll(), Math.max(0, scrollPx)))
    scroller.scrollTop = screen.scrollPx / screen.dpr
  }

  const measure = (): boolean => {
    const dpr = Math.min(MAX_DPR, Math.max(1, window.devicePixelRatio || 1))
    const widthPx = Math.max(1, Math.floor(scroller.clientWidth * dpr))
    const heightPx = Math.max(1, Math.floor(scroller.clientHeight * dpr))
    if (widthPx === screen.widthPx && heightPx === screen.heightPx && dpr === screen.dpr) return false
    const fromRoot = screen.orientation === 'flame' ? maxScroll() - screen.scrollPx : screen.scrollPx
    const ratio = dpr / screen.dpr
    if (ratio !== 1) labels = createLabelCache(baseContext, names, fontFamily(), dpr)
    Object.assign(screen, { dpr, widthPx, heightPx, rowPx: Math.round(ROW_PX * dpr) })
    for (const canvas of [base, overlay]) {
      canvas.width = widthPx
      canvas.height = heightPx
      canvas.style.width = `${widthPx / dpr}px`
      canvas.style.height = `${heightPx / dpr}px`
    }
    stage.style.height = `${heightPx / dpr}px`
    applyHeight()
    scrollTo(screen.orientation === 'flame' ? maxScroll() - fromRoot * ratio : fromRoot * ratio)
    return true
  }

  const refreshTheme = (): void => {
    theme = readTheme(scroller)
    palette = buildPalette(theme)
    onChange()
  }
  const themeObserver = new window.MutationObserver(refreshTheme)
  themeObserver.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] })
  themeObserver.observe(document.body, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] })
  const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
  prefersDark.addEventListener('change', refreshTheme)
  const onResize = (): void => {
    if (measure()) onChange()
  }
  const sizeObserver = new window.ResizeObserver(onResize)
  sizeObserver.observe(scroller)
  // The pixel ratio changes with browser zoom and between monitors, without a change of size.
  window.addEventListener('resize', onResize)
  // A web font is asked for by the first text drawn with it, and arrives later.
  const onFonts = (): void => {
    labels = createLabelCache(baseContext, names, fontFamily(), screen.dpr)
    onChange()
  }
  document.fonts?.addEventListener('loadingdone', onFonts)

  return {
    base: baseContext,
    overlay: overlayContext,
    grain: createGrain(document),
    screen,
    get palette() {
      return palette
    },
    get theme() {
      return theme
    },
    get labels() {
      return labels
    },
    measure,
    setOrientation(next) {
      if (next === screen.orientation) return
      const fromRoot = screen.orientation === 'flame' ? maxScroll() - screen.scrollPx : screen.scrollPx
      screen.orientation = next
      scrollTo(next === 'flame' ? maxScroll() - fromRoot : fromRoot)
    },
    setNames(next) {
      if (next === names) return
      names = next
      labels = createLabelCache(baseContext, names, fontFamily(), screen.dpr)
    },
    setContentRows(rows) {
      if (rows === screen.contentRows && hasContent) return
      const fromRoot = !hasContent ? 0 : screen.orientation === 'flame' ? maxScroll() - screen.scrollPx : screen.scrollPx
      hasContent = true
      screen.contentRows = Math.max(1, rows)
      applyHeight()
      scrollTo(screen.orientation === 'flame' ? maxScroll() - fromRoot : fromRoot)
    },
    readScroll() {
      const scrollPx = Math.round(scroller.scrollTop * screen.dpr)
      // Our own scrollTo comes back rounded to what the browser can do: keep ours.
      if (Math.abs(scrollPx - screen.scrollPx) > 1) screen.scrollPx = Math.min(maxScroll(), scrollPx)
    },
    scrollTo,
    destroy() {
      document.fonts?.removeEventListener('loadingdone', onFonts)
      themeObserver.disconnect()
      sizeObserver.disconnect()
      prefersDark.removeEventListener('change', refreshTheme)
      window.removeEventListener('resize', onResize)
    },
  }
}
