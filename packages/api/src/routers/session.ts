import { personSchema } from '@sonde/contract'
import { readSession } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const sessionRouter = router({
  me: procedure
    .output(z.object({ user: personSchema.nullable(), setupNeeded: z.boolean() }))
    .query(({ ctx }) => readSession(ctx.actor, ctx.app)),
})
