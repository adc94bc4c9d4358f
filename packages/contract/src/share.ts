import * as z from 'zod'
import { SHARE_HOURS } from './share-terms.ts'
import { idSchema } from './text.ts'
import { formatViewState, parseViewState } from './view-state.ts'

/** Longest query string of a shared view. */
const MAX_VIEW = 8_000

export const createShareInputSchema = z.object({
  /** The capture. */
  id: idSchema,
  /** The view that the reader lands on, as a query string without `?`; what cannot be read of it is left out. */
  view: z
    .string()
    .max(MAX_VIEW)
    .transform((text) => formatViewState(parseViewState(new URLSearchParams(text))))
    .default(''),
  /** Names of hosts, containers and cgroups, commands and messages of hosts. */
  hosts: z.boolean().default(false),
  /** Arguments of events and conditions: paths, addresses, values. */
  args: z.boolean().default(false),
  hours: z.number().int().min(1).max(SHARE_HOURS.max).default(SHARE_HOURS.default),
})
export type CreateShareInput = z.input<typeof createShareInputSchema>

/** A share link as those see it who may make some; the token is not known any more. */
export const shareViewSchema = z.object({
  id: idSchema,
  captureId: idSchema,
  captureTitle: z.string(),
  hosts: z.boolean(),
  args: z.boolean(),
  createdBy: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.date(),
  expiresAt: z.date(),
  /** How often a reader's browser has opened it. Programs that only fetch a preview do not count. */
  reads: z.number().int(),
  lastReadAt: z.date().nullable(),
})
export type ShareView = z.infer<typeof shareViewSchema>

/** `url` is shown this once. */
export const newShareSchema = z.object({
  id: idSchema,
  url: z.string(),
  expiresAt: z.date(),
  /** What readers see as the title. */
  title: z.string(),
  /** Parts of the view that name something left out, and are therefore not in the link: `search`, `filter`, `find`. */
  dropped: z.array(z.string()),
})
export type NewShare = z.infer<typeof newShareSchema>

/** What the page of a share link says of itself. */
export type SharedLink = {
  captureId: string
  /** The capture's title as readers see it. */
  title: string
  /** The view to land on, as a query string without `?`. */
  view: string
  sharedBy: string
  expiresAt: Date
  hosts: boolean
  args: boolean
}
