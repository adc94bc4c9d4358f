const MOST_CHARACTERS = 120
const FALLBACK = 'Imported file'

/**
 * A file's name as a title: without its folders, without characters that draw nothing or reorder others, of 120 characters at most.
 * What is left of a name of nothing else is "Imported file".
 */
export function cleanFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(clean)) return FALLBACK
  const characters = [...clean]
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : clean
}
