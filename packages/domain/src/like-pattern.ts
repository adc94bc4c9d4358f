/** A word that may occur anywhere, for ILIKE: its own `%`, `_` and `\` stand for themselves. */
export function likePattern(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`
}
