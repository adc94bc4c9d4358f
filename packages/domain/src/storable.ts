/** Text that Postgres can hold: it takes every character but NUL, which a host may well send in a name. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

/** JSON that Postgres' jsonb can hold: no NUL, no half surrogate pairs, in keys and values. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => {
    if (typeof v === 'string') return clean(v)
    if (typeof v === 'object' && v !== null && !Array.isArray(v))
      return Object.fromEntries(Object.entries(v).map(([k, x]) => [clean(k), x]))
    return v
  })
}

/** \p{Surrogate} with the u flag matches only the halves that have no other half. */
const clean = (text: string): string => storableText(text).replace(/\p{Surrogate}/gu, '\uFFFD')
