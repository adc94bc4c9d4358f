import { contrast, mix, oklchToRgb, type Rgb, rgbToOklch, toHex } from './color.ts'
import type { FlameTheme } from './theme.ts'

/** WCAG AA for small text. */
export const MIN_CONTRAST = 4.5

/**
 * Colour families. `less`, `more` and `self` are scales: their shades are grades, from near the background to the full colour.
 * Module families follow after the last.
 */
export const FAMILY = {
  ...{ user: 0, kernel: 1, jit: 2, inlined: 3, unknown: 4, group: 5, match: 6 },
  ...{ less: 7, more: 8, same: 9, self: 10 },
} as const
export const FIRST_MODULE_FAMILY = 11
const MODULE_HUES = 12
const MODULE_TONES = 2
export const MODULE_FAMILIES = MODULE_HUES * MODULE_TONES
const FAMILIES = FIRST_MODULE_FAMILY + MODULE_FAMILIES

/** How much of the full colour a grade has; the rest is background. Legends mix the same in CSS. */
export const GRADE_SHARES = { diff: [0.3, 0.53, 0.76, 1], self: [0.08, 0.24, 0.42, 0.62, 0.8, 1] } as const

/** Shades within a family, picked by a hash of the name, so that neighbours can be told apart. */
export const VARIANTS = 6

/** How a frame stands out: as usual, passed over by the search, or an ancestor of the zoomed frame. */
export const TONE = { normal: 0, faded: 1, ancestor: 2 } as const
const TONES = 3

/** Fill and text by ink number; `inkOf` makes those. */
export type Palette = {
  fill: string[]
  text: string[]
  background: string
  backgroundPixel: number
  /** Fill as a pixel of an ImageData seen as Uint32Array. */
  pixel: Uint32Array
  /** The same as numbers, for tests and legends. */
  fillRgb: Rgb[]
  textRgb: Rgb[]
}

export const inkOf = (family: number, variant: number, tone: number): number => (family * VARIANTS + variant) * TONES + tone

export function buildPalette(theme: FlameTheme): Palette {
  const palette: Palette = {
    fill: [],
    text: [],
    background: toHex(theme.bg),
    backgroundPixel: 0,
    pixel: new Uint32Array(0),
    fillRgb: [],
    textRgb: [],
  }
  const set = (ink: number, { fill, text }: { fill: Rgb; text: Rgb }, isPale: boolean): void => {
    palette.fillRgb[ink] = fill
    palette.textRgb[ink] = isPale ? soften(text, fill) : text
  }
  for (let family = 0; family < FAMILIES; family++) {
    const base = familyBase(theme, family)
    for (let variant = 0; variant < VARIANTS; variant++) {
      const grade = gradeOf(base, variant, family, theme)
      const shade = grade ?? shadeOf(base, variant, family)
      // One text colour for a family, so that its shades read alike; those of a scale are too far apart for that.
      const text = betterText(grade ?? base, theme)
      set(inkOf(family, variant, TONE.normal), readable(shade, text, theme), false)
      for (const [tone, pale] of [
        [TONE.faded, fade(shade, theme)],
        [TONE.ancestor, mix(shade, theme.bg, 0.5)],
      ] as const) {
        set(inkOf(family, variant, tone), readable(pale, betterText(pale, theme), theme), true)
      }
    }
  }
  palette.fill = palette.fillRgb.map(toHex)
  palette.text = palette.textRgb.map(toHex)
  palette.pixel = pixelsOf(palette.fillRgb)
  palette.backgroundPixel = pixelsOf([theme.bg])[0] ?? 0
  return palette
}

/** As an ImageData has them, in the machine's byte order. */
function pixelsOf(colors: readonly Rgb[]): Uint32Array {
  return new Uint32Array(Uint8ClampedArray.from(colors.flatMap((rgb) => [...rgb, 255])).buffer)
}

function familyBase(theme: FlameTheme, family: number): Rgb {
  switch (family) {
    case FAMILY.user:
      return theme.user
    case FAMILY.kernel:
      return theme.kernel
    case FAMILY.jit:
      return theme.jit
    case FAMILY.inlined:
      return theme.inlined
    case FAMILY.unknown:
      return theme.unknown
    case FAMILY.group:
      return theme.group
    case FAMILY.match:
      return theme.match
    case FAMILY.less:
      return theme.less
    case FAMILY.more:
      return theme.more
    case FAMILY.self:
      return theme.self
    case FAMILY.same:
      return mix(theme.bg, theme.muted, 0.28)
    default: {
      // Modules take the lightness of the theme's frames, all hues, in two tones.
      const [lightness, chroma] = rgbToOklch(theme.user)
      const at = family - FIRST_MODULE_FAMILY
      const tone = at % MODULE_TONES
      const hue = Math.floor(at / MODULE_TONES) * (360 / MODULE_HUES) + 15
      return oklchToRgb([lightness + (tone === 0 ? 0 : -0.07), chroma * (tone === 0 ? 0.8 : 1), hue])
    }
  }
}

function gradeOf(full: Rgb, variant: number, family: number, theme: FlameTheme): Rgb | null {
  const shares = family === FAMILY.self ? GRADE_SHARES.self : family === FAMILY.less || family === FAMILY.more ? GRADE_SHARES.diff : null
  return shares ? mix(theme.bg, full, shares[Math.min(variant, shares.length - 1)] ?? 1) : null
}

function shadeOf(base: Rgb, variant: number, family: number): Rgb {
  // Groups are structure, not code, and matches stand out by being one colour.
  if (family === FAMILY.group || family === FAMILY.match || family === FAMILY.same) return base
  const [lightness, chroma, hue] = rgbToOklch(base)
  const step = variant / (VARIANTS - 1) - 0.5
  const swing = ((variant * 2) % VARIANTS) / (VARIANTS - 1) - 0.4
  return oklchToRgb([lightness + step * 0.055, chroma, hue + swing * 14])
}

/** What the search passes over: nearly the background, nearly grey, still there. */
function fade(color: Rgb, theme: FlameTheme): Rgb {
  const [lightness, chroma, hue] = rgbToOklch(color)
  return mix(oklchToRgb([lightness, chroma * 0.35, hue]), theme.bg, 0.62)
}

const betterText = (fill: Rgb, theme: FlameTheme): Rgb =>
  contrast(fill, theme.text) >= contrast(fill, theme['text-inverse']) ? theme.text : theme['text-inverse']

/** The fill gives way until the text reaches AA on it. */
function readable(wanted: Rgb, text: Rgb, theme: FlameTheme): { fill: Rgb; text: Rgb } {
  let fill = wanted
  const step = contrast(text, [0, 0, 0]) < contrast(text, [255, 255, 255]) ? 0.01 : -0.01
  for (let round = 0; round < 60; round++) {
    if (contrast(fill, text) >= MIN_CONTRAST) return { fill, text }
    const [lightness, chroma, hue] = rgbToOklch(fill)
    fill = oklchToRgb([lightness + step, chroma, hue])
  }
  // A theme whose text cannot be read on anything of this hue: the page's own pair.
  return { fill: theme.bg, text: betterText(theme.bg, theme) }
}

/** Text of frames in the background steps back as far as AA allows. */
function soften(text: Rgb, fill: Rgb): Rgb {
  for (const share of [0.45, 0.35, 0.25, 0.15]) {
    const softer = mix(text, fill, share)
    if (contrast(softer, fill) >= MIN_CONTRAST) return softer
  }
  return text
}
