import * as z from 'zod'

export const MAX_TAGS = 20

/** A word that people gave a capture. Typed in any case, kept in lower case. */
export const captureTagSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9_.:/-]{0,39}$/, 'a tag is up to 40 letters, digits or _ . : / - and begins with a letter or digit')
