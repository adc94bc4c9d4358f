/**
 * Names come from traced hosts, files and other people: in a terminal they could move the cursor, change colours or titles, or turn the
 * direction of a line. Characters that draw nothing become U+FFFD; what is too long is cut.
 */
export function plain(text: string, most = 400): string {
  const points = [...text]
  const cut = points.length > most ? `${points.slice(0, most - 1).join('')}…` : text
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** The same for a text of many lines of any length, whose line ends and tabs stay. */
export function plainLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (one) => (one === '\n' || one === '\t' ? one : '\ufffd'))
}

/** A value as JSON, in which characters that could speak to a terminal are escapes: the same to every reader of JSON. */
export function jsonText(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => one.split('').map(escaped).join(''))}\n`
}

const COLORS = { good: 32, warn: 33, bad: 31, live: 36, dim: 2 } as const
export type Color = keyof typeof COLORS

export type Paint = (text: string, color: Color | undefined) => string

/** Colours, where the reader is a terminal and has not said no (NO_COLOR). */
export function paintFor(isTerminal: boolean, noColor: boolean): Paint {
  if (!isTerminal || noColor) return (text) => text
  return (text, color) => (color === undefined ? text : `\u001b[${COLORS[color]}m${text}\u001b[0m`)
}
