import * as z from 'zod'
import { captureReasonSchema } from './capture-reason.ts'
import { chunkKindSchema, hostCommandSchema, targetQualitySchema } from './capture-result.ts'
import { captureSourceSchema, storedSpecSchema } from './capture-source.ts'
import { targetReasonSchema, targetStateSchema } from './target-state.ts'
import { idSchema } from './text.ts'

/** What a capture as a whole is: running while any target is not final; then the best of what its targets reached. */
export const CAPTURE_STATES = ['queued', 'running', 'done', 'partial', 'failed', 'cancelled'] as const
export const captureStateSchema = z.enum(CAPTURE_STATES)
export type CaptureState = z.infer<typeof captureStateSchema>

export const targetViewSchema = z.object({
  hostId: idSchema,
  hostName: z.string(),
  state: targetStateSchema,
  cancelRequested: z.boolean(),
  attempt: z.number().int(),
  reason: targetReasonSchema.nullable(),
  message: z.string().nullable(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  recordedMs: z.number().nullable(),
  /** Result chunks stored so far, and their bytes as sent (gzip). */
  chunks: z.number().int(),
  bytes: z.number().int(),
  quality: targetQualitySchema.nullable(),
  commands: z.array(hostCommandSchema),
})
export type TargetView = z.infer<typeof targetViewSchema>

export const captureViewSchema = z.object({
  id: idSchema,
  title: z.string(),
  spec: storedSpecSchema,
  /** Of the spec's recipe; null without one, and for one that does not exist any more. */
  recipeTitle: z.string().nullable(),
  /** Null: hosts recorded it. Else the spec has no instrument, and the hosts are names out of a file. */
  source: captureSourceSchema.nullable(),
  /** Why it exists where nobody pressed Start; null: a person did. */
  reason: captureReasonSchema.nullable(),
  state: captureStateSchema,
  createdAt: z.date(),
  createdBy: z.object({ id: z.string(), name: z.string() }),
  endedAt: z.date().nullable(),
  targets: z.array(targetViewSchema),
  /** Grows whenever anything above or any result changes; results are fetched again when `resultVersion` does. */
  resultVersion: z.record(chunkKindSchema, z.number().int()),
  serverNow: z.date(),
})
export type CaptureView = z.infer<typeof captureViewSchema>

/** A name in a capture's results that a search found. */
export const foundTermSchema = z.object({
  kind: z.enum(['function', 'syscall']),
  text: z.string(),
  /** Of the capture's samples that the function is on, or of its system calls, 0..1. */
  share: z.number(),
})
export type FoundTerm = z.infer<typeof foundTermSchema>

/** A row of the captures list: the same without targets' details. */
export const captureSummarySchema = captureViewSchema
  .omit({ recipeTitle: true, targets: true, resultVersion: true, serverNow: true })
  .extend({
    hosts: z.array(z.object({ id: idSchema, name: z.string(), state: targetStateSchema })),
    samples: z.number().int(),
    syscalls: z.number().int(),
    /** Events recorded by counts, latency and events. */
    hits: z.number().int(),
    bytes: z.number().int(),
    tags: z.array(z.string()),
    /** Functions and system calls that the search was about, the largest share first, at most three. */
    found: z.array(foundTermSchema),
  })
export type CaptureSummary = z.infer<typeof captureSummarySchema>
