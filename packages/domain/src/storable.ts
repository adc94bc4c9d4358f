/** Text that Postgres can hold: it takes every character but NUL, which a host may well send in a name. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

/** JSON that Postgres' jsonb can hold: no NUL, no half surrogate pairs, in keys and values. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => {
    if (typeof v === 'string') return wellFormedText(v)
    if (typeof v === 'object' && v !== null && !Array.isArray(v))
      return Object.fromEntries(Object.entries(v).map(([k, x]) => [wellFormedText(k), x]))
    return v
  })
}

/** The same with a whole character in place of each half of one, as a text has that was cut: \p{Surrogate} with the u flag matches only those. */
export const wellFormedText = (text: string): string => storableText(text).replace(/\p{Surrogate}/gu, '\uFFFD')
