import { comparisonSchema, verdictSchema } from '@sonde/contract'
import { compareSelections } from '@sonde/domain'
import { procedure, router } from '../trpc.ts'

export const comparisonsRouter = router({
  verdict: procedure
    .input(comparisonSchema)
    .output(verdictSchema)
    .query(({ ctx, input }) => compareSelections(ctx.actor, ctx.app, input)),
})
