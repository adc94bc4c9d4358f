import { createShareInputSchema, idSchema, newShareSchema, shareViewSchema } from '@sonde/contract'
import { countShareRead, createShare, listShares, revokeShare } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const sharesRouter = router({
  create: procedure
    .input(createShareInputSchema)
    .output(newShareSchema)
    .mutation(({ ctx, input }) => createShare(ctx.actor, ctx.app, input)),

  /** Of a capture; without one everyone's for an admin, else one's own. */
  list: procedure
    .input(z.object({ captureId: idSchema.optional() }))
    .output(z.array(shareViewSchema))
    .query(({ ctx, input }) => listShares(ctx.actor, ctx.app, input)),

  revoke: procedure
    .input(z.object({ id: idSchema }))
    .output(z.void())
    .mutation(({ ctx, input }) => revokeShare(ctx.actor, ctx.app, input)),

  /** Said once by the page of a link, in the browser of whoever opened it. */
  countRead: procedure.output(z.void()).mutation(({ ctx }) => countShareRead(ctx.actor, ctx.app)),
})
