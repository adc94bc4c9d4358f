import * as z from 'zod'
import { captureSpecSchema } from './capture-spec.ts'
import { instrumentSchema } from './instrument.ts'
import { hostText } from './text.ts'

/**
 * Limits of one imported file. `fileBytes`: as uploaded, packed or not. `latestStartMs`: the start of the year 2100, ms since the epoch;
 * no profile begins later, and every date up to there fits everywhere.
 */
export const IMPORTED_FILE_LIMITS = {
  fileBytes: 256 * 1024 * 1024,
  hosts: 500,
  fileNameLength: 1024,
  latestStartMs: 4_102_444_800_000,
} as const

/** Where a capture comes from if no host recorded it: a file that a person imported. Its result is one of chunk kind `profile`. */
export const captureSourceSchema = z.object({
  kind: z.literal('import'),
  /** As the person's machine calls it, without the folder. */
  fileName: hostText(255),
  /** An ImportFormat of packages/profile/formats. */
  format: hostText(40),
  /** As uploaded. */
  sizeBytes: z.number().int().nonnegative(),
})
export type CaptureSource = z.infer<typeof captureSourceSchema>

/** The spec of an imported capture: nothing was asked of any host. `durationMs`: what the file covers, 0 where it has no times. */
const importedSpecSchema = captureSpecSchema.extend({
  recipe: z.null(),
  instruments: z.array(instrumentSchema).max(0),
  durationMs: z.number().nonnegative(),
})

/** What stands in `captures.spec`: more than may be asked for, since a file needs no instrument and may cover any time. */
export const storedSpecSchema = z.union([captureSpecSchema, importedSpecSchema])
