import { answerDeviceLoginInputSchema, deviceLoginViewSchema } from '@sonde/contract'
import { answerDeviceLogin, readDeviceLogin } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

/** Programs that wait to act as whoever is signed in. */
export const deviceRouter = router({
  get: procedure
    .input(answerDeviceLoginInputSchema.pick({ userCode: true }))
    .output(deviceLoginViewSchema)
    .query(({ ctx, input }) => readDeviceLogin(ctx.actor, ctx.app, input)),

  answer: procedure
    .input(answerDeviceLoginInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => answerDeviceLogin(ctx.actor, ctx.app, input)),
})
