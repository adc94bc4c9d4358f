import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SERIES_COUNT, seriesColor } from './series-color.ts'

const css = readFileSync(new URL('theme.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = [/:root \{(.*?)\n\}/s, /\.dark \{(.*?)\n\}/s].map((block) => block.exec(css)?.[1] ?? '')

function colorOf(block: string, name: string): string {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(block)?.[1] ?? new RegExp(`--${name}: ([^;]+);`).exec(light)?.[1] ?? ''
  const reference = /^var\(--(.+)\)$/.exec(value)
  return reference ? colorOf(block, reference[1] ?? '') : value
}

/** Relative luminance and contrast of WCAG 2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

describe.each([
  ['light', light],
  ['dark', dark],
])('series colours, %s', (_, block) => {
  it('are all there, differ, and stand out from the surface', () => {
    const colors = Array.from({ length: SERIES_COUNT }, (_, i) => colorOf(block, `series-${i + 1}`))
    for (const color of colors) {
      expect(color).toMatch(/^#[0-9a-f]{6}$/)
      expect(contrast(color, colorOf(block, 'surface')), color).toBeGreaterThanOrEqual(3)
    }
    expect(new Set(colors).size).toBe(SERIES_COUNT)
  })
})

it('begins again after the last one', () => {
  expect(seriesColor(0)).toBe('var(--series-1)')
  expect(seriesColor(SERIES_COUNT)).toBe(seriesColor(0))
})
