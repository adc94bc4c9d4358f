import * as z from 'zod/mini'

/**
 * What the page of a comparison shows, beside what is compared, as it stands in the URL's query string: the link is the view. As the view of
 * a capture, every field has a default, is left out of the URL at it, and falls back to it alone.
 */
export const FUNCTION_FINDING_SORTS = ['change', 'function', 'a', 'b', 'total', 'hosts', 'q'] as const
export const SYSCALL_FINDING_SORTS = ['change', 'syscall', 'rate', 'errors', 'mean', 'p50', 'p99'] as const

const field = <Schema extends z.ZodMiniType>(schema: Schema, fallback: z.output<Schema>) =>
  z.catch(z._default(schema, fallback as never), fallback as never)
const matching = (pattern: RegExp) => field(z.string().check(z.regex(pattern)), '')

export const compareViewSchema = z.object({
  /** One flame graph of both sides, coloured by what differs; or one of each, side by side. */
  graph: field(z.enum(['diff', 'sides']), 'diff'),
  /** Whose weights are the widths of the differential graph. */
  width: field(z.enum(['both', 'a', 'b']), 'both'),
  layout: field(z.enum(['flame', 'icicle']), 'icicle'),
  /** Callees on top of their callers. */
  invert: field(z.stringbool(), false),
  /** Frame that the graphs are zoomed to: pathKey() of packages/profile, '' for all. */
  zoom: matching(/^[0-9a-z]{0,24}$/),
  /** What is searched for in graphs and in the table of functions: a regular expression where `regex`. */
  search: field(z.string().check(z.maxLength(200)), ''),
  regex: field(z.stringbool(), false),
  /** Selected function: frameKey() of packages/profile, '' for none. */
  fn: matching(/^([0-9a-z]{14})?$/),
  /** `auto`: functions where there are any. */
  table: field(z.enum(['auto', 'functions', 'syscalls', 'counts']), 'auto'),
  /** Only what is significant has rows. */
  sure: field(z.stringbool(), false),
  /** `change`: what is significant first, then the largest change. */
  sort: field(z.enum(FUNCTION_FINDING_SORTS), 'change'),
  dir: field(z.enum(['asc', 'desc']), 'desc'),
  callSort: field(z.enum(SYSCALL_FINDING_SORTS), 'change'),
  callDir: field(z.enum(['asc', 'desc']), 'desc'),
  /** Text that filters the system calls and the counts. */
  find: field(z.string().check(z.maxLength(200)), ''),
})
export type CompareView = z.infer<typeof compareViewSchema>

export const DEFAULT_COMPARE_VIEW: CompareView = compareViewSchema.parse({})

/** Query string → view. Unknown keys are ignored; never throws. */
export function parseCompareView(params: URLSearchParams): CompareView {
  return compareViewSchema.parse(Object.fromEntries(params))
}

/** View → what follows the comparison in the query string: `&graph=sides&fn=…`; '' for the default view. */
export function formatCompareView(view: CompareView): string {
  const out = new URLSearchParams()
  for (const [key, value] of Object.entries(view)) {
    if (value !== DEFAULT_COMPARE_VIEW[key as keyof CompareView]) out.set(key, String(value))
  }
  return out.size === 0 ? '' : `&${out}`
}
