import { DARK_THEME, type FlameTheme, LIGHT_THEME } from '@sonde/flamegraph'
import type { PictureTheme } from './picture-request.ts'

/** Colours of a picture: those of packages/ui/src/theme.css, which no canvas can read. */
export type PictureInk = {
  canvas: string
  ink: string
  ink2: string
  ink3: string
  line: string
  inset: string
  accent: string
  accentSoft: string
  warn: string
  warnSoft: string
  bad: string
  bar: string
  flame: FlameTheme
}

export const PICTURE_INKS: Record<PictureTheme, PictureInk> = {
  light: {
    canvas: '#ffffff',
    ink: '#14181d',
    ink2: '#4a535e',
    ink3: '#5f6975',
    line: '#e3e6ea',
    inset: '#f5f6f8',
    accent: '#2f56d9',
    accentSoft: '#eaf0ff',
    warn: '#835200',
    warnSoft: '#fdf1d7',
    bad: '#b8202c',
    bar: '#e3e9fb',
    flame: LIGHT_THEME,
  },
  dark: {
    canvas: '#14171c',
    ink: '#e8ebef',
    ink2: '#b0b8c2',
    ink3: '#929ca8',
    line: '#2b3139',
    inset: '#0d0f13',
    accent: '#8aa6ff',
    accentSoft: '#1b2748',
    warn: '#e3ab47',
    warnSoft: '#35270c',
    bad: '#ff8588',
    bar: '#23304f',
    flame: { ...DARK_THEME, bg: [0x14, 0x17, 0x1c] },
  },
}
