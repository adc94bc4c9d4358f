import * as z from 'zod'
import { COMMENT_LIMITS } from './comment-limits.ts'
import { PANES } from './panes.ts'
import { hostText, idSchema } from './text.ts'

/** Query string of a view, as `formatViewState` writes it. What cannot be read of it falls back when it is opened. */
const viewSchema = z.string().max(COMMENT_LIMITS.view, 'this view is too long to be pinned')
const nameSchema = hostText(COMMENT_LIMITS.label)

/** Rows above the functions of a flame graph: GROUP_KIND of packages/profile by name. */
export const PIN_GROUP_KINDS = ['host', 'process', 'thread', 'module', 'cgroup'] as const

/**
 * What a comment is about: the whole capture, a frame of a flame graph, a row of the syscall table or a stretch of time. Everything is
 * named by labels and keys, never by row numbers, so that a pin means the same after more data was merged. `view` leads back to what
 * its author saw.
 */
export const commentPinSchema = z
  .discriminatedUnion('on', [
    z.object({ on: z.literal('capture') }),
    z.object({
      on: z.literal('frame'),
      /** Which flame graph: on the CPU, or the waits. */
      of: z.enum(['profile', 'offcpu']),
      /** Rows of hosts, processes and the like that stand above the functions, outermost first. */
      groups: z.array(z.object({ kind: z.enum(PIN_GROUP_KINDS), label: nameSchema })).max(3),
      /** Name of the host where no row says so; '' where unknown. */
      host: nameSchema,
      /** Functions below them, from the root's side. */
      labels: z.array(nameSchema).max(COMMENT_LIMITS.labels),
      /** Functions on the root's side that `labels` had no room for. */
      leftOut: z.number().int().min(0).max(100_000),
      /** stackPathKey() of packages/profile: of the functions alone; '' where the pin is on one of the groups. */
      path: z.string().regex(/^([0-9a-z]{14})?$/),
      /** Callees stand above their callers. */
      invert: z.boolean(),
      view: viewSchema,
    }),
    z.object({
      on: z.literal('syscall'),
      /** `hostId:pid`; '' for the call of all processes. */
      process: z.string().regex(/^([A-Za-z0-9_-]{1,64}:\d{1,10})?$/),
      /** Number of the call where it was made; null where several machines number it differently. */
      nr: z.number().int().nullable(),
      name: nameSchema,
      /** Names of the process and of the host, for who reads the pin. */
      comm: nameSchema,
      host: nameSchema,
      view: viewSchema,
    }),
    z.object({
      on: z.literal('window'),
      /** ms since the first host began. */
      fromMs: z.number().int().min(0).max(9_999_999),
      toMs: z.number().int().min(1).max(9_999_999),
      view: viewSchema,
    }),
  ])
  .refine((pin) => pin.on !== 'window' || pin.fromMs < pin.toMs, 'a stretch of time ends after it begins')
  .refine((pin) => pin.on !== 'frame' || pin.groups.length + pin.labels.length > 0, 'the root is the whole capture')
  .refine((pin) => JSON.stringify(pin).length <= COMMENT_LIMITS.pin, 'what this is pinned to is too long')
export type CommentPin = z.infer<typeof commentPinSchema>
export type PinOn<On extends CommentPin['on']> = Extract<CommentPin, { on: On }>

export const commentTextSchema = z
  .string()
  .max(COMMENT_LIMITS.text, `at most ${COMMENT_LIMITS.text.toLocaleString('en')} characters`)
  .refine((text) => text.trim() !== '', 'write something')

export const addCommentInputSchema = z.object({
  /** Made by the page, so that a request that is sent twice makes one comment. */
  id: idSchema,
  captureId: idSchema,
  text: commentTextSchema,
  pin: commentPinSchema,
  /** The comment that begins the thread; an answer has its pin. */
  replyTo: idSchema.nullable(),
})
export type AddCommentInput = z.input<typeof addCommentInputSchema>

const namedPersonSchema = z.object({ id: z.string(), name: z.string() })
export type NamedPerson = z.infer<typeof namedPersonSchema>
/** Everyone who can be mentioned. */
export const peopleNamesSchema = z.array(namedPersonSchema)

/** A comment as its readers see it. Of a deleted one nothing is left but its place, and that only where it has answers. */
export const commentViewSchema = z.object({
  id: idSchema,
  captureId: idSchema,
  author: namedPersonSchema,
  /** With mentions as `@[user-id]`; '' of a deleted one. */
  text: z.string(),
  /** Who `text` mentions, as far as they exist. */
  mentions: z.array(namedPersonSchema),
  pin: commentPinSchema,
  replyTo: idSchema.nullable(),
  createdAt: z.date(),
  editedAt: z.date().nullable(),
  deletedAt: z.date().nullable(),
  resolvedAt: z.date().nullable(),
  resolvedBy: namedPersonSchema.nullable(),
})
export type CommentView = z.infer<typeof commentViewSchema>

/** Somebody who has the page of a capture open and visible. */
export const presentPersonSchema = namedPersonSchema.extend({
  /** The pane that they pointed at last; '' for none yet. */
  pane: z.enum(['', ...PANES]),
  since: z.date(),
})
export type PresentPerson = z.infer<typeof presentPersonSchema>

/** What everyone on the page of a capture is told when it changes. A part that has not changed is left out. */
export const notesEventSchema = z.object({
  comments: z.array(commentViewSchema).optional(),
  present: z.array(presentPersonSchema).optional(),
  /** Share links of the capture that are open somewhere; 0 until it is said. */
  links: z.number().int().optional(),
})
export type NotesEvent = z.infer<typeof notesEventSchema>

/** One open page, named by itself: a person with several counts once. */
export const pageIdSchema = z.string().regex(/^[a-z0-9]{8,32}$/)
export const presenceInputSchema = z.object({ captureId: idSchema, page: pageIdSchema, pane: z.enum(['', ...PANES]) })
export type PresenceInput = z.infer<typeof presenceInputSchema>

/** A comment that mentions me, as the list of them shows it. */
export const mentionViewSchema = z.object({
  commentId: idSchema,
  captureId: idSchema,
  captureTitle: z.string(),
  author: namedPersonSchema,
  /** The first characters of the comment's text. */
  text: z.string(),
  mentions: z.array(namedPersonSchema),
  /** Query string of the view that the comment is pinned to; '' for none. */
  view: z.string(),
  createdAt: z.date(),
  seenAt: z.date().nullable(),
})
export type MentionView = z.infer<typeof mentionViewSchema>
