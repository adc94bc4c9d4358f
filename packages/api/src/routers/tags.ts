import { captureTagSchema, idSchema } from '@sonde/contract'
import { listTags, readTags, tagCapture } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const tagsRouter = router({
  list: procedure
    .output(z.array(z.object({ tag: z.string(), captures: z.number().int() })))
    .query(({ ctx }) => listTags(ctx.actor, ctx.app)),

  of: procedure
    .input(z.object({ id: idSchema }))
    .output(z.array(z.string()))
    .query(({ ctx, input }) => readTags(ctx.actor, ctx.app, input)),

  set: procedure
    .input(z.object({ id: idSchema, tag: captureTagSchema, on: z.boolean() }))
    .output(z.void())
    .mutation(({ ctx, input }) => tagCapture(ctx.actor, ctx.app, input)),
})
