import * as z from 'zod'

/**
 * Text that comes from a host (comm, symbol, path, kernel message) is hostile: it may hold
 * control characters, markup, bidi overrides or be very long. It is kept as it came, cut at `maxLength`, and
 * only ever rendered as text.
 */
export const hostText = (maxLength: number) => z.string().transform((s) => (s.length > maxLength ? `${s.slice(0, maxLength - 1)}…` : s))

/** Identifiers that Sonde itself issues: `randomUUID()` without dashes, or a nanoid-like token. */
export const idSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{3,63}$/i, 'not an identifier')

/** One label, as in `env=prod`. */
export const labelKeySchema = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,62}$/, 'a label key is lower-case letters, digits, "_", "." or "-", and starts with a letter')
export const labelValueSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:/@+-]{0,126}$/, 'a label value is letters, digits or _ . : / @ + -')
export const labelsSchema = z.record(labelKeySchema, labelValueSchema).refine((r) => Object.keys(r).length <= 32, 'at most 32 labels')
export type Labels = z.infer<typeof labelsSchema>
