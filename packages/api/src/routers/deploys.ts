import {
  decideDeployInputSchema,
  deploySummarySchema,
  deployVerdictSchema,
  idSchema,
  listDeploysInputSchema,
  markDeployInputSchema,
  pickDeployCaptureInputSchema,
  recordDeployInputSchema,
} from '@sonde/contract'
import {
  decideDeploy,
  deleteDeploy,
  getDeploy,
  listDeployedServices,
  listDeploys,
  markDeploy,
  pickDeployCapture,
  readDeployVerdict,
  recordDeploy,
} from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

const idInput = z.object({ id: idSchema })

export const deploysRouter = router({
  mark: procedure
    .input(markDeployInputSchema)
    .output(deploySummarySchema)
    .mutation(({ ctx, input }) => markDeploy(ctx.actor, ctx.app, input, 'web')),

  list: procedure
    .input(listDeploysInputSchema)
    .output(z.object({ items: z.array(deploySummarySchema), nextCursor: z.string().nullable() }))
    .query(({ ctx, input }) => listDeploys(ctx.actor, ctx.app, input)),

  /** Those that deploys are known of. */
  services: procedure.output(z.array(z.string())).query(({ ctx }) => listDeployedServices(ctx.actor, ctx.app)),

  get: procedure
    .input(idInput)
    .output(deploySummarySchema)
    .query(({ ctx, input }) => getDeploy(ctx.actor, ctx.app, input)),

  /** Made at the first call, where both captures have ended. */
  verdict: procedure
    .input(z.object({ id: idSchema, pairId: idSchema }))
    .output(deployVerdictSchema)
    .query(({ ctx, input }) => readDeployVerdict(ctx.actor, ctx.app, input)),

  decide: procedure
    .input(decideDeployInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => decideDeploy(ctx.actor, ctx.app, input)),

  record: procedure
    .input(recordDeployInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => recordDeploy(ctx.actor, ctx.app, input)),

  pick: procedure
    .input(pickDeployCaptureInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => pickDeployCapture(ctx.actor, ctx.app, input)),

  delete: procedure
    .input(idInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteDeploy(ctx.actor, ctx.app, input)),
})
