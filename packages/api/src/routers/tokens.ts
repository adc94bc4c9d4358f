import { apiTokenViewSchema, createApiTokenInputSchema, idSchema, newApiTokenSchema } from '@sonde/contract'
import { createApiToken, listApiTokens, revokeApiToken } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const tokensRouter = router({
  create: procedure
    .input(createApiTokenInputSchema)
    .output(newApiTokenSchema)
    .mutation(({ ctx, input }) => createApiToken(ctx.actor, ctx.app, input)),

  /** One's own; `everyone`: those of all people, for admins. */
  list: procedure
    .input(z.object({ everyone: z.boolean().optional() }).optional())
    .output(z.array(apiTokenViewSchema))
    .query(({ ctx, input }) => listApiTokens(ctx.actor, ctx.app, input)),

  revoke: procedure
    .input(z.object({ id: idSchema }))
    .output(z.void())
    .mutation(({ ctx, input }) => revokeApiToken(ctx.actor, ctx.app, input)),
})
