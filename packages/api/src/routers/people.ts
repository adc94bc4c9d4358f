import { peopleNamesSchema, personSchema, roleSchema, signupInputSchema } from '@sonde/contract'
import { acceptInvite, checkInvite, invitePerson, listPeople, listPeopleNames } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const peopleRouter = router({
  list: procedure.output(z.array(personSchema)).query(({ ctx }) => listPeople(ctx.actor, ctx.app)),

  /** Of everyone, for who mentions somebody. */
  names: procedure.output(peopleNamesSchema).query(({ ctx }) => listPeopleNames(ctx.actor, ctx.app)),

  invite: procedure
    .input(z.object({ role: roleSchema }))
    .output(z.object({ url: z.string(), expiresAt: z.date() }))
    .mutation(({ ctx, input }) => invitePerson(ctx.actor, ctx.app, input)),

  checkInvite: procedure
    .input(z.object({ token: z.string().max(200) }))
    .output(z.object({ valid: z.boolean(), role: roleSchema.nullable() }))
    .query(({ ctx, input }) => checkInvite(ctx.app, input)),

  acceptInvite: procedure
    .input(signupInputSchema)
    .output(z.object({ email: z.string() }))
    .mutation(({ ctx, input }) => acceptInvite(ctx.app, input)),
})
