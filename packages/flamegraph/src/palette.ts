import { type CallTree, FRAME_KIND, GROUP_KIND } from '@sonde/profile'
import { contrast, mix, oklchToRgb, type Rgb, rgbToOklch, toHex } from './color.ts'
import type { FlameTheme } from './theme.ts'

export type ColorBy = 'kind' | 'module'

/** WCAG AA for small text. */
export const MIN_CONTRAST = 4.5

/** Colour families. Module families follow after `match`. */
export const FAMILY = { user: 0, kernel: 1, jit: 2, inlined: 3, unknown: 4, group: 5, match: 6 } as const
const FIRST_MODULE_FAMILY = 7
const MODULE_HUES = 12
const MODULE_TONES = 2
const FAMILIES = FIRST_MODULE_FAMILY + MODULE_HUES * MODULE_TONES

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
  /** Fill as a pixel of an ImageData seen as Uint32Array. */
  pixel: Uint32Array
  /** The same as numbers, for tests and legends. */
  fillRgb: Rgb[]
  textRgb: Rgb[]
}

export const inkOf = (family: number, variant: number, tone: number): number => (family * VARIANTS + variant) * TONES + tone

export function buildPalette(theme: FlameTheme): Palette {
  const palette: Palette = { fill: [], text: [], background: toHex(theme.bg), pixel: new Uint32Array(0), fillRgb: [], textRgb: [] }
  const set = (ink: number, { fill, text }: { fill: Rgb; text: Rgb }, isPale: boolean): void => {
    palette.fillRgb[ink] = fill
    palette.textRgb[ink] = isPale ? soften(text, fill) : text
  }
  for (let family = 0; family < FAMILIES; family++) {
    const base = familyBase(theme, family)
    // One text colour for a family, so that its shades read alike.
    const text = betterText(base, theme)
    for (let variant = 0; variant < VARIANTS; variant++) {
      const shade = shadeOf(base, variant, family)
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
  const bytes = Uint8ClampedArray.from(palette.fillRgb.flatMap((rgb) => [...rgb, 255]))
  palette.pixel = new Uint32Array(bytes.buffer)
  return palette
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

function shadeOf(base: Rgb, variant: number, family: number): Rgb {
  // Groups are structure, not code, and matches stand out by being one colour.
  if (family === FAMILY.group || family === FAMILY.match) return base
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

/** Family and shade of each node, looked up once per distinct label and module, never per node. */
export type Inks = { family(node: number): number; variant(node: number): number }

export function buildInks(tree: CallTree, colorBy: ColorBy): Inks {
  const variants = Uint8Array.from(tree.labels, (label) => hashText(label) % VARIANTS)
  const byModule = Uint8Array.from(tree.modules, moduleFamily)
  const byKind = (node: number): number => kindFamily(tree.kind[node] ?? FRAME_KIND.unknown)
  return {
    variant: (node) => variants[tree.label[node] ?? 0] ?? 0,
    family:
      colorBy === 'kind'
        ? byKind
        : (node) => {
            const family = byKind(node)
            return family === FAMILY.group || family === FAMILY.unknown || family === FAMILY.kernel
              ? family
              : (byModule[tree.module[node] ?? 0] ?? FAMILY.unknown)
          },
  }
}

export function kindFamily(kind: number): number {
  if (kind === FRAME_KIND.user) return FAMILY.user
  if (kind === FRAME_KIND.kernel) return FAMILY.kernel
  if (kind === FRAME_KIND.jit) return FAMILY.jit
  if (kind === FRAME_KIND.inlined) return FAMILY.inlined
  return kind >= GROUP_KIND.root ? FAMILY.group : FAMILY.unknown
}

/** The same module has the same colour in every capture. */
export function moduleFamily(module: string): number {
  if (module === '') return FAMILY.unknown
  if (module.startsWith('[kernel')) return FAMILY.kernel
  return FIRST_MODULE_FAMILY + (hashText(module) % (MODULE_HUES * MODULE_TONES))
}

/** FNV-1a over the first 64 UTF-16 units: enough to vary a colour, cheap for a hostile 64 KB name. */
function hashText(text: string): number {
  let hash = 2166136261
  const end = Math.min(64, text.length)
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return (hash ^ (hash >>> 15)) >>> 0
}
