import { idSchema } from '@sonde/contract'
import { createJoinToken, createJoinTokenInputSchema, joinTokenViewSchema, listJoinTokens, revokeJoinToken } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const joinTokensRouter = router({
  create: procedure
    .input(createJoinTokenInputSchema.optional())
    .output(z.object({ token: z.string(), command: z.string(), expiresAt: z.date() }))
    .mutation(({ ctx, input }) => createJoinToken(ctx.actor, ctx.app, input ?? {})),

  list: procedure.output(z.array(joinTokenViewSchema)).query(({ ctx }) => listJoinTokens(ctx.actor, ctx.app)),

  revoke: procedure
    .input(z.object({ id: idSchema }))
    .output(z.void())
    .mutation(({ ctx, input }) => revokeJoinToken(ctx.actor, ctx.app, input)),
})
