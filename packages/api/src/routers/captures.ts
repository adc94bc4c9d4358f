import {
  captureSummarySchema,
  captureViewSchema,
  countersQuerySchema,
  countsQuerySchema,
  eventsQuerySchema,
  idSchema,
  latencyQuerySchema,
  startCaptureInputSchema,
  syscallsQuerySchema,
  syscallTimesQuerySchema,
} from '@sonde/contract'
import {
  cancelCapture,
  deleteCapture,
  getCapture,
  listCaptures,
  readCounters,
  readCounts,
  readEvents,
  readLatency,
  readSyscalls,
  readSyscallTimes,
  rerunCapture,
  startCapture,
  watchCapture,
} from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

const idInput = z.object({ id: idSchema })
const idOutput = z.object({ id: idSchema })
const pageInput = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(100).optional(),
  search: z.string().max(500).optional(),
})
const pageOutput = z.object({ items: z.array(captureSummarySchema), nextCursor: z.string().nullable() })

export const capturesRouter = router({
  start: procedure
    .input(startCaptureInputSchema)
    .output(idOutput)
    .mutation(({ ctx, input }) => startCapture(ctx.actor, ctx.app, input)),

  list: procedure
    .input(pageInput.optional())
    .output(pageOutput)
    .query(({ ctx, input }) => listCaptures(ctx.actor, ctx.app, input ?? {})),

  get: procedure
    .input(idInput)
    .output(captureViewSchema)
    .query(({ ctx, input }) => getCapture(ctx.actor, ctx.app, input)),

  /** Server-sent events: the view now and after each change, at most two a second; ends when everything is final. */
  watch: procedure.input(idInput).subscription(({ ctx, input, signal }) => watchCapture(ctx.actor, ctx.app, { ...input, signal })),

  cancel: procedure
    .input(idInput)
    .output(z.void())
    .mutation(({ ctx, input }) => cancelCapture(ctx.actor, ctx.app, input)),

  delete: procedure
    .input(idInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteCapture(ctx.actor, ctx.app, input)),

  rerun: procedure
    .input(idInput)
    .output(idOutput)
    .mutation(({ ctx, input }) => rerunCapture(ctx.actor, ctx.app, input)),

  /** No output schema: the use case parses the snapshots already, and there may be half a million rows. */
  syscalls: procedure.input(syscallsQuerySchema).query(({ ctx, input }) => readSyscalls(ctx.actor, ctx.app, input)),
  syscallTimes: procedure.input(syscallTimesQuerySchema).query(({ ctx, input }) => readSyscallTimes(ctx.actor, ctx.app, input)),

  // The same for these: their use cases parse every delta that they merge.
  counts: procedure.input(countsQuerySchema).query(({ ctx, input }) => readCounts(ctx.actor, ctx.app, input)),
  latency: procedure.input(latencyQuerySchema).query(({ ctx, input }) => readLatency(ctx.actor, ctx.app, input)),
  events: procedure.input(eventsQuerySchema).query(({ ctx, input }) => readEvents(ctx.actor, ctx.app, input)),
  counters: procedure.input(countersQuerySchema).query(({ ctx, input }) => readCounters(ctx.actor, ctx.app, input)),
})
