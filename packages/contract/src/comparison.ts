import * as z from 'zod'
import { idSchema } from './text.ts'

/**
 * What a comparison is made between. A selection is what the capture page can select: a capture, all of it or one host or process,
 * all of its time or a stretch; `rest` turns the host around, to all the others of the capture.
 */
export const selectionSchema = z
  .object({
    capture: idSchema,
    /** Host id; '' for all. */
    host: z.union([z.literal(''), idSchema]).default(''),
    /** The hosts of the capture but `host`. */
    rest: z.boolean().default(false),
    /** `hostId:pid`; '' for all. */
    process: z
      .string()
      .regex(/^([A-Za-z0-9_-]+:\d+)?$/, 'a process is hostId:pid')
      .default(''),
    /** `from-to`, ms since the first host of the capture began; '' for all. */
    window: z
      .string()
      .regex(/^(\d{1,7}-\d{1,7})?$/, 'a stretch of time is from-to in milliseconds')
      .default(''),
  })
  .refine((selection) => !selection.rest || selection.host !== '', 'the rest is the rest of a host')
export type Selection = z.infer<typeof selectionSchema>

/**
 * What the two sides are divided by before they are compared. `samples`: shares of each side's samples, so that a busier side is not a
 * slower one. `cpu`: seconds of CPU recorded. `wall`: seconds that hosts recorded. `requests`: how many requests each side served.
 */
export const NORMALISERS = ['samples', 'cpu', 'wall', 'requests'] as const

/** Requests of each side: counted by a system call that each takes once (`accept4`, `recvmsg`), or numbers that somebody knows. */
export const requestsSchema = z.union([
  z.object({ call: z.string().regex(/^[a-z_][a-z0-9_]{0,39}$/, 'a system call by its name') }),
  z.object({ a: z.number().positive().max(1e15), b: z.number().positive().max(1e15) }),
])
export type Requests = z.infer<typeof requestsSchema>

export const comparisonSchema = z
  .object({
    a: selectionSchema,
    b: selectionSchema,
    by: z.enum(NORMALISERS).default('samples'),
    requests: requestsSchema.nullable().default(null),
  })
  .refine((comparison) => comparison.by !== 'requests' || comparison.requests !== null, 'say how many requests each side served')
export type Comparison = z.infer<typeof comparisonSchema>

/** The other way; null for what is no selection. A part that cannot be read makes it none: a comparison of something else would mislead. */
export function parseSelection(text: string): Selection | null {
  const [capture = '', ...parts] = text.slice(0, 400).split('~')
  const selection: Record<string, string | boolean> = { capture }
  for (const part of parts) {
    if (part === 'rest') selection.rest = true
    else if (part.startsWith('h.')) selection.host = part.slice(2)
    else if (part.startsWith('p.')) selection.process = part.slice(2)
    else if (part.startsWith('w.')) selection.window = part.slice(2)
    else return null
  }
  const parsed = selectionSchema.safeParse(selection)
  return parsed.success ? parsed.data : null
}

/** What `compareHref` wrote. Null where a side is missing or not readable; a normaliser that is not readable is the default. */
export function parseComparison(query: URLSearchParams): Comparison | null {
  const a = parseSelection(query.get('a') ?? '')
  const b = parseSelection(query.get('b') ?? '')
  if (!a || !b) return null
  const text = query.get('requests') ?? ''
  const [left, right] = text.split(',')
  const requests = requestsSchema.safeParse(right === undefined ? { call: left } : { a: Number(left), b: Number(right) })
  const whole = comparisonSchema.safeParse({ a, b, by: query.get('by') ?? 'samples', requests: requests.success ? requests.data : null })
  return whole.success ? whole.data : comparisonSchema.parse({ a, b })
}
