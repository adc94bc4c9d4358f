import * as z from 'zod'

/** A condition on one label of an alert, as in `severity=critical` or `team!=infra`. A label that is missing is the empty text. */
export const matcherSchema = z
  .object({
    label: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'a label is letters, digits and _'),
    op: z.enum(['=', '!=']),
    value: z.string().max(500),
  })
  .strict()
export type Matcher = z.infer<typeof matcherSchema>
export const matchersSchema = z.array(matcherSchema).max(20)

/** Whether the labels satisfy every matcher. */
export function matchesLabels(matchers: readonly Matcher[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every(({ label, op, value }) => {
    const actual = Object.hasOwn(labels, label) ? labels[label] : ''
    return op === '=' ? actual === value : actual !== value
  })
}

const TERM = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(!=|=)\s*("(?:[^"\\]|\\.)*"|[^\s,"{}]*)\s*,?/y

/** `severity=critical team!="my team"` → matchers; quotes only where the value has spaces. Null where the text is not of this form. */
export function parseMatchers(text: string): Matcher[] | null {
  const matchers: Matcher[] = []
  TERM.lastIndex = 0
  while (text.slice(TERM.lastIndex).trim() !== '') {
    const found = TERM.exec(text)
    if (found === null) return null
    const [, label = '', op, raw = ''] = found
    const value = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw
    matchers.push({ label, op: op === '!=' ? '!=' : '=', value })
  }
  const checked = matchersSchema.safeParse(matchers)
  return checked.success ? checked.data : null
}

/** The opposite of parseMatchers. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  return matchers
    .map(({ label, op, value }) => `${label}${op}${/^[^\s,"{}\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`)
    .join(' ')
}
