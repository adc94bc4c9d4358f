import { captureSpecSchema, forecastAnswerSchema, hostViewSchema, idSchema, planPreviewSchema, processListSchema } from '@sonde/contract'
import { askProcesses, forecastCapture, getHost, listHosts, previewCapture, removeHost } from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const hostsRouter = router({
  list: procedure
    .input(z.object({ search: z.string().max(500).optional() }).optional())
    .output(z.array(hostViewSchema))
    .query(({ ctx, input }) => listHosts(ctx.actor, ctx.app, input ?? {})),

  get: procedure
    .input(z.object({ id: idSchema }))
    .output(hostViewSchema)
    .query(({ ctx, input }) => getHost(ctx.actor, ctx.app, input)),

  remove: procedure
    .input(z.object({ id: idSchema }))
    .output(z.void())
    .mutation(({ ctx, input }) => removeHost(ctx.actor, ctx.app, input)),

  processes: procedure
    .input(z.object({ hostId: idSchema }))
    .output(processListSchema)
    .query(({ ctx, input }) => askProcesses(ctx.actor, ctx.app, input)),

  preview: procedure
    .input(z.object({ hostIds: z.array(idSchema).min(1).max(500), spec: captureSpecSchema }))
    .output(z.array(z.object({ hostId: idSchema, hostName: z.string(), preview: planPreviewSchema })))
    .query(({ ctx, input }) => previewCapture(ctx.actor, ctx.app, input)),

  /** A mutation, since it does something on the hosts: their probes are attached for a second. */
  forecast: procedure
    .input(z.object({ hostIds: z.array(idSchema).min(1).max(500), spec: captureSpecSchema }))
    .output(z.array(z.object({ hostId: idSchema, hostName: z.string(), forecast: forecastAnswerSchema })))
    .mutation(({ ctx, input }) => forecastCapture(ctx.actor, ctx.app, input)),
})
