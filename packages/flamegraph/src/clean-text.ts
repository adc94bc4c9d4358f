/**
 * Names come from traced hosts and may hold anything. For display, characters that draw nothing or reorder others (control,
 * bidi, zero width, line separators, lone surrogates) become U+FFFD, and what is too long is cut with an ellipsis.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

export function cleanText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.replace(UNSAFE, '\ufffd')
  // One UTF-16 unit less than a pair is a lone surrogate: cut before it.
  const end = isHighSurrogate(text.charCodeAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1
  return `${text.slice(0, end).replace(UNSAFE, '\ufffd')}…`
}

/** Only printable ASCII and Latin-1: every character is one advance wide in a monospace font. */
export const isSingleWidth = (text: string): boolean => /^[\x20-\x7e\xa1-\xff…]*$/.test(text)

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
