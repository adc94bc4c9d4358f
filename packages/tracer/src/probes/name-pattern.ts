/** Whether a name of a spec stands for several: `*` is any characters. */
export const isWildcard = (pattern: string): boolean => pattern.includes('*')

/**
 * A pattern as a test of whole names. Without backtracking: the pieces between the stars are looked for one after the other, so that no
 * pattern takes long, however many stars it has.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (name) => name === pattern
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
    let at = first.length
    for (const piece of rest) {
      const found = name.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return at <= name.length - last.length
  }
}
