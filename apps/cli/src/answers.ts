import { type CAPTURE_STATES, captureStateSchema, verdictSchema } from '@sonde/contract'
import * as z from 'zod'

/**
 * What commands read of the server's answers: no more than they need, so that a later server, which answers more, is understood too.
 * Dates are ISO texts.
 */
export const captureRowSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: captureStateSchema,
  createdAt: z.string(),
  createdBy: z.object({ name: z.string() }),
})
export const captureListSchema = z.object({
  items: z.array(
    captureRowSchema.extend({
      hosts: z.array(z.object({ name: z.string() })),
      samples: z.number(),
      syscalls: z.number(),
      hits: z.number(),
    }),
  ),
  nextCursor: z.string().nullable(),
})

export const captureSchema = captureRowSchema.extend({
  spec: z.object({ durationMs: z.number() }),
  resultVersion: z.record(z.string(), z.number()),
  targets: z.array(
    z.object({
      hostName: z.string(),
      state: z.string(),
      message: z.string().nullable(),
      recordedMs: z.number().nullable(),
      quality: z
        .object({
          samples: z.number(),
          syscalls: z.number(),
          hits: z.number(),
          lostSamples: z.number(),
          lostSyscalls: z.number(),
          lostEvents: z.number(),
          overCapEvents: z.number(),
          partial: z.boolean(),
        })
        .nullable(),
    }),
  ),
})
export type Capture = z.infer<typeof captureSchema>
export const isOver = (state: (typeof CAPTURE_STATES)[number]): boolean => state !== 'queued' && state !== 'running'

export const hostListSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      online: z.boolean(),
      labels: z.record(z.string(), z.string()),
      facts: z.object({ kernel: z.string(), cpuCount: z.number() }),
      load: z.object({ load1: z.number(), cpuBusy: z.number().nullable() }).nullable(),
    }),
  ),
})

export const meSchema = z.object({
  person: z.object({ name: z.string(), role: z.string() }),
  token: z.object({ name: z.string(), scopes: z.array(z.string()), expiresAt: z.string() }),
})

export const verdictAnswerSchema = verdictSchema.pick({
  sentences: true,
  differs: true,
  functionUnit: true,
  rateUnit: true,
  functions: true,
  functionsTested: true,
  syscalls: true,
  syscallsTested: true,
  warnings: true,
})
export type VerdictAnswer = z.infer<typeof verdictAnswerSchema>
