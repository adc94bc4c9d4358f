import { contrast, parseHex, type Rgb, toHex } from './color.ts'

/**
 * Colours that the flame graph reads, as CSS custom properties. An app overrides any of them, in `:root`, in `.dark` or on a
 * wrapper; the defaults below have zero specificity. Text on a frame is `--flame-text` or `--flame-text-inverse`, whichever
 * contrasts more with that frame, and a fill that reaches 4.5:1 with neither is moved in lightness until it does.
 */
export const THEME_TOKENS = [
  'bg',
  'text',
  'text-inverse',
  'muted',
  'border',
  'user',
  'kernel',
  'jit',
  'inlined',
  'unknown',
  'group',
  'match',
  'less',
  'more',
  'self',
  'focus',
  'tooltip-bg',
  'tooltip-text',
] as const
export type ThemeToken = (typeof THEME_TOKENS)[number]
export type FlameTheme = Record<ThemeToken, Rgb>

export const LIGHT_THEME: FlameTheme = {
  bg: parseHex('#ffffff'),
  text: parseHex('#16181d'),
  'text-inverse': parseHex('#ffffff'),
  muted: parseHex('#5b6270'),
  border: parseHex('#d9dce2'),
  user: parseHex('#f0b656'),
  kernel: parseHex('#83b8f4'),
  jit: parseHex('#7fd6bb'),
  inlined: parseHex('#f0ec8c'),
  unknown: parseHex('#a0a3a8'),
  group: parseHex('#dfe3ea'),
  match: parseHex('#cf62d4'),
  less: parseHex('#2f7de1'),
  more: parseHex('#dd6b10'),
  self: parseHex('#d8452b'),
  focus: parseHex('#1f5fd0'),
  'tooltip-bg': parseHex('#ffffff'),
  'tooltip-text': parseHex('#16181d'),
}

export const DARK_THEME: FlameTheme = {
  bg: parseHex('#111318'),
  text: parseHex('#f2f4f8'),
  'text-inverse': parseHex('#0d0f13'),
  muted: parseHex('#a2a9b6'),
  border: parseHex('#2d323c'),
  user: parseHex('#85491a'),
  kernel: parseHex('#26599a'),
  jit: parseHex('#127a66'),
  inlined: parseHex('#7e6c08'),
  unknown: parseHex('#3f434c'),
  group: parseHex('#2e3440'),
  match: parseHex('#f0a0e4'),
  less: parseHex('#5b9df5'),
  more: parseHex('#f08a3c'),
  self: parseHex('#f2795c'),
  focus: parseHex('#8ab8ff'),
  'tooltip-bg': parseHex('#1c2028'),
  'tooltip-text': parseHex('#f2f4f8'),
}

const declarations = (theme: FlameTheme): string => THEME_TOKENS.map((token) => `--flame-${token}:${toHex(theme[token])}`).join(';')

/** The defaults as CSS: light for `:root`, dark below `.dark` or `[data-theme=dark]`. */
export const THEME_CSS = `:where(:root){${declarations(LIGHT_THEME)}}:where(.dark,[data-theme='dark']){${declarations(DARK_THEME)}}`

/**
 * Reads the theme that holds at an element. The browser resolves the values (any colour syntax, nested `var()`): a probe
 * element takes each as its colour, and a pixel of a canvas says what that is in sRGB.
 */
export function readTheme(host: HTMLElement): FlameTheme {
  const document = host.ownerDocument
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const ctx = canvas.getContext('2d', { willReadFrequently: true })
  const view = document.defaultView
  if (!ctx || !view) return LIGHT_THEME
  const probe = document.createElement('span')
  probe.style.display = 'none'
  host.append(probe)
  const toRgb = (color: string): Rgb => {
    ctx.clearRect(0, 0, 1, 1)
    ctx.fillStyle = color
    ctx.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0] = ctx.getImageData(0, 0, 1, 1).data
    return [r, g, b]
  }
  // Properties absent (a strict CSP dropped our style element): a light text colour means a dark page.
  const ink = toRgb(view.getComputedStyle(host).color)
  const isDark = contrast(ink, [0, 0, 0]) > contrast(ink, [255, 255, 255])
  const theme = { ...(isDark ? DARK_THEME : LIGHT_THEME) }
  for (const token of THEME_TOKENS) {
    if (view.getComputedStyle(host).getPropertyValue(`--flame-${token}`).trim() === '') continue
    probe.style.color = `var(--flame-${token})`
    theme[token] = toRgb(view.getComputedStyle(probe).color)
  }
  probe.remove()
  return theme
}
