/** What a text file cannot hold in a name without breaking a line or a terminal: controls, bidi and zero-width characters, lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g

/** A name for a line of a text file: breaks become a blank, what draws nothing or reorders others U+FFFD. Length is left alone. */
export function plainText(text: string): string {
  return text.replace(BREAKS, ' ').replace(UNSAFE, '\ufffd')
}
