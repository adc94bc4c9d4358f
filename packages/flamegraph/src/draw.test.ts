import { describe, expect, it } from 'vitest'
import { rowAt, rowTop, type Screen, visibleRows } from './draw.ts'

function screens(): Screen[] {
  const out: Screen[] = []
  for (const orientation of ['flame', 'icicle'] as const) {
    for (const dpr of [1, 1.5, 2, 3]) {
      for (const contentRows of [1, 7, 200]) {
        const rowPx = Math.round(18 * dpr)
        const heightPx = 400
        const max = Math.max(0, contentRows * rowPx - heightPx)
        for (const scrollPx of [0, Math.floor(max / 3), max])
          out.push({ widthPx: 800, heightPx, dpr, rowPx, contentRows, scrollPx, orientation })
      }
    }
  }
  return out
}

describe('rows on the canvas', () => {
  it('every pixel of a drawn row is hit as that row, and the visible rows are those', () => {
    for (const screen of screens()) {
      const seen = new Set<number>()
      for (let y = 0; y < screen.heightPx; y++) {
        const row = rowAt(screen, y)
        if (row < 0 || row >= screen.contentRows) continue
        seen.add(row)
        const top = rowTop(screen, row)
        expect(top <= y && y < top + screen.rowPx).toBe(true)
      }
      const { firstRow, lastRow } = visibleRows(screen)
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: lastRow - firstRow }, (_, i) => firstRow + i))
    }
  })

  it('the root is on the top edge of an icicle and on the bottom edge of a flame', () => {
    for (const screen of screens()) {
      const max = Math.max(0, screen.contentRows * screen.rowPx - screen.heightPx)
      if (screen.orientation === 'icicle' && screen.scrollPx === 0) expect(rowTop(screen, 0)).toBe(0)
      if (screen.orientation === 'flame' && screen.scrollPx === max) expect(rowTop(screen, 0) + screen.rowPx).toBe(screen.heightPx)
    }
  })
})
