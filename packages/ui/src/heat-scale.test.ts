import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HEAT_STOPS, heatColor, heatOf, parseRgb, type Rgb } from './heat-scale.ts'

const css = readFileSync(new URL('theme.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = [/:root \{(.*?)\n\}/s, /\.dark \{(.*?)\n\}/s].map((block) => block.exec(css)?.[1] ?? '')
const stopsOf = (block: string): Rgb[] =>
  Array.from({ length: HEAT_STOPS }, (_, i) => parseRgb(new RegExp(`--heat-${i + 1}: (#[0-9a-f]{6});`).exec(block)?.[1] ?? ''))

const linear = (channel: number): number => (channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4)
/** Lightness of CIE L*a*b*, from linear red, green and blue. */
function lightness([r, g, b]: Rgb): number {
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return 116 * Math.cbrt(Math.max(0, y)) - 16
}
/** What people without one sort of cones see, after Viénot, Brettel and Mollon (1999). */
const SEEN: Record<string, (rgb: Rgb) => Rgb> = {
  'with all cones': (rgb) => rgb,
  'without red cones': ([r, g, b]) => [0.11238 * r + 0.88762 * g, 0.11238 * r + 0.88762 * g, 0.004 * r - 0.004 * g + b],
  'without green cones': ([r, g, b]) => [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b],
}

describe.each([
  ['light', light, [255, 255, 255] as Rgb],
  ['dark', dark, [20, 23, 28] as Rgb],
])('heat colours, %s', (_, block, surface) => {
  it.each(Object.entries(SEEN))('step away from the surface in lightness, %s', (_, seenAs) => {
    const away = [surface, ...stopsOf(block)].map((rgb) => lightness(seenAs(rgb.map(linear) as unknown as Rgb)))
    const steps = away.slice(1).map((value, i) => Math.abs(value - (away[0] ?? 0)) - Math.abs((away[i] ?? 0) - (away[0] ?? 0)))
    for (const step of steps) expect(step, away.map(Math.round).join(' ')).toBeGreaterThan(6)
  })
})

describe('the scale', () => {
  it('begins with the first stop, ends with the last, and passes all between', () => {
    const stops = stopsOf(light)
    for (const [i, stop] of stops.entries()) expect(heatColor(stops, i / (HEAT_STOPS - 1))).toEqual(stop)
    expect(heatColor(stops, 2)).toEqual(stops.at(-1))
    expect(heatColor([], 0.5)).toEqual([0, 0, 0])
  })

  it('is of square roots, within 0 and 1 whatever comes', () => {
    expect(heatOf(25, 100)).toBe(0.5)
    expect([heatOf(0, 10), heatOf(-1, 10), heatOf(5, 0), heatOf(Number.NaN, 1), heatOf(20, 10)]).toEqual([0, 0, 0, 0, 1])
  })
})
