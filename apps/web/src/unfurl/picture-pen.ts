import type { SKRSContext2D } from '@napi-rs/canvas'
import { cleanText } from '@sonde/flamegraph'
import type { PictureInk } from './picture-ink.ts'

export const SANS = 'Geist'
export const MONO = 'Geist Mono'

/** Longest text that is measured: much more than fits across a picture. */
const MAX_TEXT = 240

export type Box = { x: number; y: number; width: number; height: number }

export type TextStyle = { sizePx: number; color: string; weight?: 400 | 500 | 600; font?: typeof SANS | typeof MONO }

/** A canvas and its colours, with the few things that pictures are made of. Texts may be anything: each is cleaned and cut here. */
export class PicturePen {
  constructor(
    readonly context: SKRSContext2D,
    readonly ink: PictureInk,
  ) {
    context.direction = 'ltr'
    context.textBaseline = 'alphabetic'
  }

  #use({ sizePx, color, weight = 400, font = SANS }: TextStyle): void {
    this.context.font = `${weight} ${sizePx}px "${font}"`
    this.context.fillStyle = color
  }

  widthOf(text: string, style: TextStyle): number {
    this.#use(style)
    return this.context.measureText(cleanText(text, MAX_TEXT)).width
  }

  /** Writes what of a text fits, with an ellipsis where it was cut. Returns how wide that is. */
  write(text: string, x: number, y: number, style: TextStyle, roomPx = Number.POSITIVE_INFINITY): number {
    this.#use(style)
    const fitted = this.#fit(cleanText(text, MAX_TEXT), roomPx)
    if (fitted === '') return 0
    this.context.fillText(fitted, x, y)
    return this.context.measureText(fitted).width
  }

  /** The same, ending at `right`. */
  writeLeftOf(text: string, right: number, y: number, style: TextStyle, roomPx = Number.POSITIVE_INFINITY): number {
    this.#use(style)
    const fitted = this.#fit(cleanText(text, MAX_TEXT), roomPx)
    const { width } = this.context.measureText(fitted)
    if (fitted !== '') this.context.fillText(fitted, right - width, y)
    return width
  }

  box({ x, y, width, height }: Box, color: string, radius = 0): void {
    this.context.fillStyle = color
    this.context.beginPath()
    this.context.roundRect(x, y, Math.max(0, width), height, radius)
    this.context.fill()
  }

  /** By bisection over whole code points. */
  #fit(text: string, roomPx: number): string {
    if (this.context.measureText(text).width <= roomPx) return text
    const points = Array.from(text)
    let [low, high] = [0, points.length]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.context.measureText(`${points.slice(0, middle).join('')}…`).width <= roomPx) low = middle
      else high = middle - 1
    }
    return low === 0 ? '' : `${points.slice(0, low).join('').trimEnd()}…`
  }
}
