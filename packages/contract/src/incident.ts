import * as z from 'zod'
import { captureStateSchema } from './capture-view.ts'
import { idSchema } from './text.ts'

/** A folder of what was found out about one trouble: captures, comparisons and notes on a timeline. */
export const INCIDENT_STATES = ['open', 'closed'] as const
export const incidentTitleSchema = z.string().trim().min(1, 'give it a title').max(160)
const textSchema = z.string().max(10_000)
/** Query string of a view or comparison, without `?`; read by parseViewState, which ignores what it does not know. */
const querySchema = z.string().max(8_000)

export const createIncidentInputSchema = z.object({ title: incidentTitleSchema })
export const updateIncidentInputSchema = z.object({
  id: idSchema,
  title: incidentTitleSchema.optional(),
  summary: textSchema.optional(),
  state: z.enum(INCIDENT_STATES).optional(),
})

/** What is put onto an incident's timeline. `at` is by default: when the capture began; now. */
export const incidentItemInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('capture'), captureId: idSchema, view: querySchema.default(''), text: textSchema.default('') }),
  z.object({ kind: z.literal('comparison'), view: querySchema, text: textSchema.default('') }),
  z.object({ kind: z.literal('note'), text: textSchema.trim().min(1, 'write something'), at: z.date().optional() }),
])
export type IncidentItemInput = z.infer<typeof incidentItemInputSchema>
export const addIncidentItemInputSchema = z.object({ incidentId: idSchema, item: incidentItemInputSchema })
export const updateIncidentItemInputSchema = z.object({ id: idSchema, text: textSchema, at: z.date().optional() })

const personRefSchema = z.object({ id: z.string(), name: z.string() })

export const incidentItemSchema = z.object({
  id: idSchema,
  kind: z.enum(['capture', 'comparison', 'note']),
  at: z.date(),
  text: z.string(),
  /** Of the capture or the comparison, as it was when it was added. */
  title: z.string(),
  /** Path and query of what it points to; null for notes, and for a capture that is gone. */
  href: z.string().nullable(),
  /** The capture as it is now; null for others, and where it was deleted. */
  capture: z
    .object({
      id: idSchema,
      title: z.string(),
      state: captureStateSchema,
      hosts: z.number().int(),
      samples: z.number(),
      syscalls: z.number(),
    })
    .nullable(),
  /** What people noted on the capture, oldest first, mentions as names; `more`: that were left out. */
  comments: z.object({ items: z.array(z.object({ author: z.string(), text: z.string(), at: z.date() })), more: z.number().int() }),
  addedBy: personRefSchema.nullable(),
  addedAt: z.date(),
})
export type IncidentItem = z.infer<typeof incidentItemSchema>

export const incidentSummarySchema = z.object({
  id: idSchema,
  title: z.string(),
  state: z.enum(INCIDENT_STATES),
  createdAt: z.date(),
  createdBy: personRefSchema,
  updatedAt: z.date(),
  closedAt: z.date().nullable(),
  captures: z.number().int(),
  comparisons: z.number().int(),
  notes: z.number().int(),
})
export type IncidentSummary = z.infer<typeof incidentSummarySchema>

export const incidentSchema = incidentSummarySchema.extend({ summary: z.string(), items: z.array(incidentItemSchema) })
export type Incident = z.infer<typeof incidentSchema>

/** Bounds of one incident. */
export const MAX_INCIDENT_ITEMS = 500
/** Comments of one capture that are shown with it. */
export const MAX_INCIDENT_COMMENTS = 20
