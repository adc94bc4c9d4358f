import {
  addIncidentItemInputSchema,
  createIncidentInputSchema,
  idSchema,
  incidentSchema,
  incidentSummarySchema,
  updateIncidentInputSchema,
  updateIncidentItemInputSchema,
} from '@sonde/contract'
import {
  addIncidentItem,
  createIncident,
  deleteIncident,
  exportIncident,
  listIncidents,
  readIncident,
  removeIncidentItem,
  updateIncident,
  updateIncidentItem,
} from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

const idInput = z.object({ id: idSchema })
const idOutput = z.object({ id: idSchema })

export const incidentsRouter = router({
  list: procedure
    .input(z.object({ search: z.string().max(500).optional() }).optional())
    .output(z.object({ items: z.array(incidentSummarySchema), more: z.number().int() }))
    .query(({ ctx, input }) => listIncidents(ctx.actor, ctx.app, input ?? {})),

  get: procedure
    .input(idInput)
    .output(incidentSchema)
    .query(({ ctx, input }) => readIncident(ctx.actor, ctx.app, input)),

  create: procedure
    .input(createIncidentInputSchema)
    .output(idOutput)
    .mutation(({ ctx, input }) => createIncident(ctx.actor, ctx.app, input)),

  update: procedure
    .input(updateIncidentInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => updateIncident(ctx.actor, ctx.app, input)),

  delete: procedure
    .input(idInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteIncident(ctx.actor, ctx.app, input)),

  addItem: procedure
    .input(addIncidentItemInputSchema)
    .output(idOutput)
    .mutation(({ ctx, input }) => addIncidentItem(ctx.actor, ctx.app, input)),

  updateItem: procedure
    .input(updateIncidentItemInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => updateIncidentItem(ctx.actor, ctx.app, input)),

  removeItem: procedure
    .input(idInput)
    .output(z.void())
    .mutation(({ ctx, input }) => removeIncidentItem(ctx.actor, ctx.app, input)),

  export: procedure
    .input(idInput)
    .output(z.object({ title: z.string(), markdown: z.string() }))
    .query(({ ctx, input }) => exportIncident(ctx.actor, ctx.app, input)),
})
