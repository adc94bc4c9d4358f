import { describe, expect, it } from 'vitest'
import type { FlameOrientation, Screen } from './draw.ts'
import { drawNoteMarks, type NotedBox, notedAt } from './note-marks.ts'
import { LIGHT_THEME } from './theme.ts'

const screenOf = (dpr: number, orientation: FlameOrientation): Screen => ({
  ...{ widthPx: 400 * dpr, heightPx: 90 * dpr, dpr, rowPx: 18 * dpr, contentRows: 5, scrollPx: 0, orientation },
})
const box = (dpr: number, node: number, row: number, left: number, right: number): NotedBox => ({
  ...{ node, row, left: left * dpr, right: right * dpr },
})

/** Corners of every shape that is drawn, device pixels. */
function drawn(screen: Screen, boxes: NotedBox[]): number[][] {
  const points: number[][] = []
  const ctx = { beginPath() {}, closePath() {}, stroke() {}, fill() {} }
  const record = (x: number, y: number) => void points.push([x, y])
  drawNoteMarks({ ...ctx, moveTo: record, lineTo: record } as unknown as CanvasRenderingContext2D, screen, LIGHT_THEME, boxes)
  return points
}

describe('marks of notes', () => {
  for (const dpr of [1, 2])
    for (const orientation of ['icicle', 'flame'] as const) {
      it(`are where a click finds them, ${orientation} at ${dpr} device pixels`, () => {
        const screen = screenOf(dpr, orientation)
        const boxes = [box(dpr, 7, 1, 10, 200), box(dpr, 9, 3, 100, 380)]
        for (const one of boxes) {
          const corners = drawn(screen, [one])
          const x = corners.reduce((sum, [at = 0]) => sum + at, 0) / 3 / dpr
          const y = corners.reduce((sum, [, at = 0]) => sum + at, 0) / 3 / dpr
          expect(notedAt(screen, boxes, x, y)).toBe(one.node)
          expect(notedAt(screen, boxes, x - 40, y)).toBe(-1)
          for (const [at = -1] of corners) expect(at >= one.left && at <= one.right).toBe(true)
        }
      })
    }

  it('leave a narrow frame its click, and are still to be seen', () => {
    const screen = screenOf(1, 'icicle')
    const narrow = [box(1, 3, 0, 50, 60)]
    expect(notedAt(screen, narrow, 58, 3)).toBe(-1)
    expect(drawn(screen, narrow)).toHaveLength(3)
    expect(drawn(screen, [box(1, 3, 0, 50, 50)])).toHaveLength(3)
  })

  it('are not drawn beside the screen', () => {
    const screen = screenOf(1, 'icicle')
    expect(drawn(screen, [box(1, 1, 40, 0, 100), box(1, 2, 0, 0, 0), box(1, 3, 0, 400, 400), box(1, 4, 0, 90, 20)])).toEqual([])
  })
})
