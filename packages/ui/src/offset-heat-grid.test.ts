import { describe, expect, it } from 'vitest'
import { cellAfterKey, cellAtMs, drawnCells, gridSpanMs, heatGrid, msOfCell, spanOfCells, spanPath } from './offset-heat-grid.ts'

const short = heatGrid(10, 50, 600)
const long = heatGrid(3_600, 50, 600)

describe('columns', () => {
  it('is one for each second where they have room, else as few seconds as fit', () => {
    expect(short).toEqual({ seconds: 10, rowsPerSecond: 50, secondsPerColumn: 1, columns: 10 })
    expect(long).toEqual({ seconds: 3_600, rowsPerSecond: 50, secondsPerColumn: 18, columns: 200 })
    for (const seconds of [1, 2, 59, 61, 299, 300, 3_600, 9_999]) {
      for (const width of [0, 1, 40, 333, 1_400]) {
        const grid = heatGrid(seconds, 50, width)
        expect(gridSpanMs(grid)).toBeGreaterThanOrEqual(seconds * 1_000)
        expect(gridSpanMs(grid) - seconds * 1_000).toBeLessThan(grid.secondsPerColumn * 1_000)
        if (grid.columns > 1) expect(width / grid.columns).toBeGreaterThanOrEqual(3)
      }
    }
  })

  it('shows the largest value of the seconds that share one', () => {
    const values = Float64Array.from({ length: 10 * 50 }, (_, i) => (i * 7919) % 101)
    expect([...drawnCells(values, short)]).toEqual([...values])
    const shared = { seconds: 10, rowsPerSecond: 50, secondsPerColumn: 4, columns: 3 }
    const drawn = drawnCells(values, shared)
    expect(drawn.length).toBe(150)
    for (let column = 0; column < 3; column++) {
      for (let row = 0; row < 50; row++) {
        const own = [0, 1, 2, 3].map((i) => column * 4 + i).flatMap((second) => (second < 10 ? [values[second * 50 + row] ?? 0] : []))
        expect(drawn[column * 50 + row]).toBe(Math.max(...own))
      }
    }
  })
})

describe('cells and time', () => {
  it('leads from a cell to its time and back', () => {
    for (const grid of [short, long]) {
      for (let column = 0; column < grid.columns; column += 3) {
        for (let row = 0; row < 50; row += 7) expect(cellAtMs(grid, msOfCell(grid, { column, row }))).toEqual({ column, row })
      }
    }
    expect(cellAtMs(short, -5)).toEqual({ column: 0, row: 0 })
    expect(cellAtMs(short, 1e9)).toEqual({ column: 9, row: 49 })
  })

  it('selects from the beginning of the first to the end of the last, whichever was clicked first', () => {
    expect(spanOfCells(short, { column: 3, row: 10 }, { column: 3, row: 10 })).toEqual({ fromMs: 3_200, toMs: 3_220 })
    const span = { fromMs: 3_200, toMs: 5_020 }
    expect(spanOfCells(short, { column: 3, row: 10 }, { column: 5, row: 0 })).toEqual(span)
    expect(spanOfCells(short, { column: 5, row: 0 }, { column: 3, row: 10 })).toEqual(span)
  })

  it('selects whole columns where a column is several seconds, and ends with the recording', () => {
    expect(spanOfCells(long, { column: 1, row: 30 }, { column: 1, row: 2 })).toEqual({ fromMs: 18_000, toMs: 36_000 })
    const uneven = heatGrid(100, 50, 100)
    expect(uneven.secondsPerColumn).toBe(4)
    expect(spanOfCells(heatGrid(10, 50, 12), { column: 3, row: 0 }, { column: 3, row: 0 })).toEqual({ fromMs: 9_000, toMs: 10_000 })
  })

  it('moves by keys through time, and stays inside', () => {
    const top = { column: 3, row: 49 }
    expect(cellAfterKey(short, top, 'ArrowUp')).toEqual({ column: 4, row: 0 })
    expect(cellAfterKey(short, { column: 4, row: 0 }, 'ArrowDown')).toEqual(top)
    expect(cellAfterKey(short, top, 'ArrowRight')).toEqual({ column: 4, row: 49 })
    expect(cellAfterKey(short, { column: 9, row: 5 }, 'ArrowRight')).toEqual({ column: 9, row: 5 })
    expect(cellAfterKey(short, { column: 0, row: 0 }, 'ArrowDown')).toEqual({ column: 0, row: 0 })
    expect(cellAfterKey(short, top, 'Home')).toEqual({ column: 0, row: 0 })
    expect(cellAfterKey(short, top, 'End')).toEqual({ column: 9, row: 49 })
    expect(cellAfterKey(short, top, 'a')).toBeNull()
  })
})

describe('the outline of a selection', () => {
  const plot = { left: 0, top: 0, width: 100, height: 100 }
  /** Area of a polygon of M, V, H, Z: what the path covers. */
  function areaOf(path: string): number {
    const points: [number, number][] = []
    for (const [, command = '', rest = ''] of path.matchAll(/([MVH])([-\d. ]+)/g)) {
      const numbers = rest.trim().split(' ').map(Number)
      const [x, y] = points.at(-1) ?? [0, 0]
      points.push(command === 'M' ? [numbers[0] ?? 0, numbers[1] ?? 0] : command === 'V' ? [x, numbers[0] ?? 0] : [numbers[0] ?? 0, y])
    }
    const twice = points.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = points[(i + 1) % points.length] ?? [0, 0]
      return sum + x * nextY - nextX * y
    }, 0)
    return Math.abs(twice) / 2
  }

  it('covers as much of the map as the time has of it', () => {
    for (const [fromMs, toMs] of [
      [0, 10_000],
      [3_200, 3_220],
      [3_900, 4_100],
      [3_900, 4_950],
      [3_000, 4_000],
      [1_500, 8_250],
      [9_500, 99_000],
    ] as const) {
      const share = (Math.min(10_000, toMs) - fromMs) / 10_000
      expect(areaOf(spanPath(short, { fromMs, toMs }, plot)) / 10_000, `${fromMs}-${toMs}`).toBeCloseTo(share, 5)
    }
  })

  it('is none outside of the map', () => {
    expect(spanPath(short, { fromMs: 10_000, toMs: 12_000 }, plot)).toBe('')
  })
})
