import {
  binarySearchInputSchema,
  probeDescribeInputSchema,
  probeHitSchema,
  probeSearchInputSchema,
  probeSearchResultSchema,
} from '@sonde/contract'
import { describeProbes, searchBinary, searchProbes } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const probesRouter = router({
  /** Over everything that the hosts' kernels, modules and CPUs offer. */
  search: procedure
    .input(probeSearchInputSchema)
    .output(probeSearchResultSchema)
    .query(({ ctx, input }) => searchProbes(ctx.actor, ctx.app, input)),

  /** Over the functions and USDT probes of one binary; asks the hosts. */
  binary: procedure
    .input(binarySearchInputSchema)
    .output(probeSearchResultSchema)
    .query(({ ctx, input }) => searchBinary(ctx.actor, ctx.app, input)),

  describe: procedure
    .input(probeDescribeInputSchema)
    .output(z.array(probeHitSchema))
    .query(({ ctx, input }) => describeProbes(ctx.actor, ctx.app, input)),
})
