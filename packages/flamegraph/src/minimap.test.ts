import { describe, expect, it } from 'vitest'
import { randomTree, recursionTree } from '../testing/random-tree.ts'
import type { Screen } from './draw.ts'
import { buildInks } from './inks.ts'
import { buildLayout } from './layout.ts'
import { fillMinimap } from './minimap.ts'
import { shownWindow } from './minimap-window.ts'
import { buildPalette, inkOf, TONE } from './palette.ts'
import { LIGHT_THEME } from './theme.ts'

const palette = buildPalette(LIGHT_THEME)

describe('the minimap', () => {
  it.each(['icicle', 'flame'] as const)(
    'has in each pixel the colour of the frame there, where frames are wider than a few pixels: %s',
    (orientation) => {
      let checked = 0
      for (let seed = 0; seed < 12; seed++) {
        const tree = randomTree(60, seed)
        const whole = tree.total[0] ?? 0
        if (whole <= 0) continue
        const [widthPx, heightPx] = [400, 36]
        const inks = buildInks(tree, 'kind')
        const layout = buildLayout(tree)
        const pixels = new Uint32Array(widthPx * heightPx)
        fillMinimap(pixels, heightPx, { layout, inks, palette, orientation, widthPx, dpr: 1 })
        for (let node = 0; node < tree.length; node++) {
          const [left, right] = [tree.start[node] ?? 0, (tree.start[node] ?? 0) + (tree.total[node] ?? 0)].map((x) => (x / whole) * widthPx)
          if (left === undefined || right === undefined || right - left < 6) continue
          const ink = palette.pixel[inkOf(inks.family(node), inks.variant(node), TONE.normal)]
          for (let line = 0; line < heightPx; line++) {
            const row = Math.floor(((orientation === 'icicle' ? line : heightPx - 1 - line) * layout.rows) / heightPx)
            if (row !== tree.depth[node]) continue
            for (let x = Math.ceil(left) + 2; x < Math.floor(right) - 2; x++) {
              expect(pixels[line * widthPx + x]).toBe(ink)
              checked++
            }
          }
        }
      }
      expect(checked).toBeGreaterThan(10_000)
    },
  )

  it('shows the first and the deepest part of more rows than it has lines, and the background of nothing', () => {
    const tree = recursionTree(5000)
    const pixels = new Uint32Array(100 * 36)
    const picture = { inks: buildInks(tree, 'kind'), palette, orientation: 'icicle', widthPx: 100, dpr: 1 } as const
    fillMinimap(pixels, 36, { layout: buildLayout(tree), ...picture })
    expect(pixels[50]).not.toBe(palette.backgroundPixel)
    expect(pixels[35 * 100]).not.toBe(palette.backgroundPixel)
    // Every frame of this tree is narrower than its caller.
    expect(pixels[35 * 100 + 50]).toBe(palette.backgroundPixel)
    fillMinimap(pixels, 36, { layout: buildLayout(recursionTree(3, () => 0)), ...picture })
    expect(pixels.every((pixel) => pixel === palette.backgroundPixel)).toBe(true)
  })

  it('has the window where the screen is', () => {
    const screen: Screen = { widthPx: 800, heightPx: 180, dpr: 1, rowPx: 18, contentRows: 40, scrollPx: 180, orientation: 'icicle' }
    expect(shownWindow({ x0: 25, x1: 50 }, { x0: 0, x1: 100 }, screen, 40)).toEqual({ left: 0.25, right: 0.5, top: 0.25, bottom: 0.5 })
    // The root is at the bottom: scrolled all the way down one sees the first rows.
    const flame: Screen = { ...screen, orientation: 'flame', scrollPx: 30 * 18 }
    expect(shownWindow({ x0: 0, x1: 100 }, { x0: 0, x1: 100 }, flame, 40)).toEqual({ left: 0, right: 1, top: 0.75, bottom: 1 })
  })
})
