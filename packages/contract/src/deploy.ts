import * as z from 'zod'
import { captureSpecSchema } from './capture-spec.ts'
import { captureStateSchema } from './capture-view.ts'
import { idSchema, labelsSchema, labelValueSchema } from './text.ts'

/**
 * A deploy is a marker in time: which version of a service went to which hosts. `proposed`: an agent noticed a new build, and nobody has
 * said yet that it was a deploy. `started`: it is going on. `dismissed`: it was none.
 */
export const DEPLOY_STATES = ['proposed', 'started', 'finished', 'dismissed'] as const
export const deployStateSchema = z.enum(DEPLOY_STATES)
export type DeployState = z.infer<typeof deployStateSchema>

/** Who says so: a program with a token, a person on the page, or an agent that saw another build. */
export const DEPLOY_SOURCES = ['api', 'web', 'noticed'] as const
export const deploySourceSchema = z.enum(DEPLOY_SOURCES)
export type DeploySource = z.infer<typeof deploySourceSchema>

const serviceSchema = labelValueSchema.describe('The service, as in the label service=NAME of its hosts')
const versionSchema = z
  .string()
  .trim()
  .min(1, 'say which version')
  .max(128)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'a version has no control characters')

export const markDeployInputSchema = z.object({
  service: serviceSchema,
  version: versionSchema,
  /** Commit. */
  sha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/i, 'a commit is 7 to 64 hex digits')
    .optional(),
  /** Hosts that have all of these labels. Without labels and hosts: those with the label service=SERVICE. */
  labels: labelsSchema.optional(),
  /** Ids or names. */
  hosts: z.array(z.string().min(1).max(253)).max(500).optional(),
  /** `started` before the rollout and `finished` after it, or `finished` alone. */
  state: z.enum(['started', 'finished']).default('finished'),
  /** The CI run. */
  url: z
    .url({ protocol: /^https?$/, error: 'an http(s) address' })
    .max(2_000)
    .optional(),
  note: z.string().trim().max(2_000).optional(),
  /** Of the CI run: two calls with the same key are about the same deploy, however often each is made. */
  key: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'a key is 1 to 200 visible ASCII characters without spaces')
    .optional(),
})
export type MarkDeployInput = z.infer<typeof markDeployInputSchema>

export const listDeploysInputSchema = z.object({
  service: serviceSchema.optional(),
  states: z.array(deployStateSchema).max(DEPLOY_STATES.length).optional(),
  from: z.coerce.date().optional(),
  to: z.coerce.date().optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
})
export type ListDeploysInput = z.infer<typeof listDeploysInputSchema>

export const decideDeployInputSchema = z.object({
  id: idSchema,
  decision: z.enum(['confirm', 'dismiss']),
  /** What an agent noticed has the name of a program and a build id; a person may know better. */
  service: serviceSchema.optional(),
  version: versionSchema.optional(),
})
export type DecideDeployInput = z.infer<typeof decideDeployInputSchema>

/** What an agent saw. */
export const noticedBuildSchema = z.object({
  name: z.string(),
  path: z.string(),
  buildId: z.string(),
  /** What ran before under that name and path. */
  previousBuildId: z.string(),
})
export type NoticedBuild = z.infer<typeof noticedBuildSchema>

/** What a comparison of before and after came to, kept so that a list can show it. */
export const deployVerdictSchema = z.object({
  /** Null: too little to say. */
  differs: z.boolean().nullable(),
  /** Whether what differs takes more time in all or less; null: neither, or both. */
  direction: z.enum(['more', 'less']).nullable(),
  sentences: z.array(z.string()).min(1).max(5),
  warnings: z.array(z.string()),
})
export type DeployVerdict = z.infer<typeof deployVerdictSchema>

export const DEPLOY_SIDES = ['before', 'after'] as const
export const deploySideSchema = z.enum(DEPLOY_SIDES)
export type DeploySide = z.infer<typeof deploySideSchema>

export const deployCaptureSchema = z.object({
  /** Null: there is none (yet), and `note` says why, or `dueAt` when it starts. */
  capture: z
    .object({
      id: idSchema,
      title: z.string(),
      state: captureStateSchema,
      createdAt: z.date(),
      endedAt: z.date().nullable(),
      hosts: z.number().int(),
    })
    .nullable(),
  note: z.string().nullable(),
  dueAt: z.date().nullable(),
})
export type DeployCapture = z.infer<typeof deployCaptureSchema>

/** Two captures with the same settings on the same hosts, around a deploy. */
export const deployPairSchema = z.object({
  id: idSchema,
  /** Null: a person asked for it on the page. */
  ruleId: idSchema.nullable(),
  title: z.string(),
  /** Null: both were picked by hand, and need not have the same settings. */
  spec: captureSpecSchema.nullable(),
  warmUpMs: z.number().int(),
  hostIds: z.array(idSchema),
  before: deployCaptureSchema,
  after: deployCaptureSchema,
  /** Null while it was not asked for, or a side is not done. */
  verdict: deployVerdictSchema.nullable(),
})
export type DeployPair = z.infer<typeof deployPairSchema>

export const deploySummarySchema = z.object({
  id: idSchema,
  service: z.string(),
  version: z.string(),
  sha: z.string().nullable(),
  state: deployStateSchema,
  source: deploySourceSchema,
  note: z.string().nullable(),
  url: z.string().nullable(),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  createdAt: z.date(),
  /** Null: an agent noticed it. */
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  noticed: noticedBuildSchema.nullable(),
  labels: labelsSchema.nullable(),
  hosts: z.array(z.object({ id: idSchema, name: z.string() })),
  pairs: z.array(deployPairSchema),
})
export type DeploySummary = z.infer<typeof deploySummarySchema>

/** When it happened: when it began, as far as anybody said so. */
export function deployTime(deploy: Pick<DeploySummary, 'startedAt' | 'finishedAt' | 'createdAt'>): Date {
  return deploy.startedAt ?? deploy.finishedAt ?? deploy.createdAt
}

export const MAX_WARM_UP_MS = 60 * 60_000

/**
 * Asks for a pair by hand, captures as `spec` says. Of a deploy that is going on, the one before is recorded now and the one after when
 * it is over; of one that is over, the one after, `warmUpMs` from its end or now.
 */
export const recordDeployInputSchema = z.object({
  id: idSchema,
  spec: captureSpecSchema,
  warmUpMs: z.number().int().min(0).max(MAX_WARM_UP_MS).default(0),
})
export type RecordDeployInput = z.infer<typeof recordDeployInputSchema>

/** Picks a capture that exists already. Without a pair, a new one is made. */
export const pickDeployCaptureInputSchema = z.object({
  id: idSchema,
  pairId: idSchema.optional(),
  side: deploySideSchema,
  captureId: idSchema,
})
export type PickDeployCaptureInput = z.infer<typeof pickDeployCaptureInputSchema>
