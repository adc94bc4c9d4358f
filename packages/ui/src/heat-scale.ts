/** Colours of a heat map, `--heat-1` to `--heat-7` of theme.css: each further from the surface than the one before, in lightness too. */
export const HEAT_STOPS = 7

export type Rgb = readonly [red: number, green: number, blue: number]

/**
 * Where a value stands between nothing (0) and the most (1), on a scale of square roots: the noise of a count grows like its root, so
 * equal steps of colour are equal steps of certainty, and a single sample is still seen beside hundreds.
 */
export function heatOf(value: number, most: number): number {
  return value > 0 && most > 0 ? Math.sqrt(Math.min(1, value / most)) : 0
}

/** The colour at 0..1 between the stops; the first one at 0. */
export function heatColor(stops: readonly Rgb[], heat: number): Rgb {
  const at = Math.min(1, Math.max(0, heat)) * (stops.length - 1)
  const [low, high] = [stops[Math.floor(at)] ?? [0, 0, 0], stops[Math.ceil(at)] ?? [0, 0, 0]]
  const mix = (channel: 0 | 1 | 2) => Math.round(low[channel] + (high[channel] - low[channel]) * (at - Math.floor(at)))
  return [mix(0), mix(1), mix(2)]
}

/** `#rrggbb` → channels; black where it is none. */
export function parseRgb(hex: string): Rgb {
  const digits = /^\s*#([0-9a-f]{6})\s*$/i.exec(hex)?.[1] ?? '000000'
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb
}
