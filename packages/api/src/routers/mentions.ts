import { idSchema, mentionViewSchema } from '@sonde/contract'
import { countMentions, listMentions, seeMentions } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const mentionsRouter = router({
  count: procedure.output(z.object({ unseen: z.number().int() })).query(({ ctx }) => countMentions(ctx.actor, ctx.app)),

  list: procedure
    .output(z.object({ items: z.array(mentionViewSchema), total: z.number().int() }))
    .query(({ ctx }) => listMentions(ctx.actor, ctx.app)),

  /** Of one capture, or of all. */
  see: procedure
    .input(z.object({ captureId: idSchema.nullable() }))
    .output(z.void())
    .mutation(({ ctx, input }) => seeMentions(ctx.actor, ctx.app, input)),
})
