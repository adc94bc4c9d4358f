import {
  idSchema,
  ruleFiringSchema,
  ruleHostsSchema,
  ruleInputSchema,
  rulePreviewSchema,
  ruleTriggerSchema,
  ruleViewSchema,
} from '@sonde/contract'
import {
  createRule,
  deleteRule,
  fireRuleByHand,
  getRule,
  listRules,
  previewRule,
  rotateRuleToken,
  setRuleEnabled,
  updateRule,
} from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

const idInput = z.object({ id: idSchema })
const firedOutput = z.object({
  outcome: z.enum(['started', 'duplicate', 'skipped', 'failed']),
  captureId: idSchema.nullable(),
  message: z.string(),
})

export const rulesRouter = router({
  list: procedure.output(z.array(ruleViewSchema)).query(({ ctx }) => listRules(ctx.actor, ctx.app)),

  get: procedure
    .input(idInput)
    .output(z.object({ rule: ruleViewSchema, firings: z.array(ruleFiringSchema), firingCount: z.number().int() }))
    .query(({ ctx, input }) => getRule(ctx.actor, ctx.app, input)),

  /** What a drafted rule would do now. */
  preview: procedure
    .input(z.object({ trigger: ruleTriggerSchema, hosts: ruleHostsSchema }))
    .output(rulePreviewSchema)
    .query(({ ctx, input }) => previewRule(ctx.actor, ctx.app, input)),

  create: procedure
    .input(ruleInputSchema)
    .output(idInput)
    .mutation(({ ctx, input }) => createRule(ctx.actor, ctx.app, input)),

  update: procedure
    .input(z.object({ id: idSchema, rule: ruleInputSchema }))
    .output(z.void())
    .mutation(({ ctx, input }) => updateRule(ctx.actor, ctx.app, input)),

  delete: procedure
    .input(idInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteRule(ctx.actor, ctx.app, input)),

  setEnabled: procedure
    .input(z.object({ id: idSchema, enabled: z.boolean() }))
    .output(z.void())
    .mutation(({ ctx, input }) => setRuleEnabled(ctx.actor, ctx.app, input)),

  fire: procedure
    .input(idInput)
    .output(firedOutput)
    .mutation(({ ctx, input }) => fireRuleByHand(ctx.actor, ctx.app, input)),

  rotateToken: procedure
    .input(idInput)
    .output(z.object({ token: z.string(), url: z.string() }))
    .mutation(({ ctx, input }) => rotateRuleToken(ctx.actor, ctx.app, input)),
})
