/**
 * Order by Unicode code point, which is the byte order of UTF-8 and so what C-locale tools sort by. JavaScript's `<` compares
 * UTF-16 units and puts characters beyond U+FFFF (surrogates, U+D800 up) before U+E000–U+FFFF.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
