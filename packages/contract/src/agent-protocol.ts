import * as z from 'zod'
import { chunkKindSchema, hostCommandSchema, planPreviewSchema, targetQualitySchema } from './capture-result.ts'
import { captureSpecSchema } from './capture-spec.ts'
import { CATALOGUE_KINDS, catalogueKeySchema, catalogueKindSchema } from './catalogue.ts'
import { forecastAnswerSchema } from './forecast.ts'
import { hostFactsSchema, hostLoadSchema, processListSchema } from './host.ts'
import { hostBuildsSchema } from './host-builds.ts'
import { binaryRefSchema, probeKindSchema } from './probe.ts'
import { targetReasonSchema, targetStateSchema } from './target-state.ts'
import { hostText, idSchema, labelsSchema } from './text.ts'
import { MAX_WATCHES, thresholdTripSchema, thresholdWatchSchema } from './threshold.ts'

/**
 * The agents' HTTP API, version 1. Agents dial out; every call but `enrol` carries `authorization: Bearer <agent token>`.
 * Bodies are JSON, but for chunks (raw gzip). Errors are `{ error: { code, message } }` with a 4xx/5xx status.
 *
 *   POST /agent/v1/enrol                                 EnrolRequest   → EnrolResponse
 *   POST /agent/v1/heartbeat                             Heartbeat      → HeartbeatReply  every 10 s
 *   POST /agent/v1/poll                                  PollRequest    → PollResponse  held up to waitMs
 *   POST /agent/v1/targets/:captureId/:attempt/accept    {}             → TargetReply   before journal → attach
 *   POST /agent/v1/targets/:captureId/:attempt/running   RunningReport  → TargetReply   probes are attached
 *   POST /agent/v1/targets/:captureId/:attempt/end       EndReport      → TargetReply   refused | failed | cancelled
 *   PUT  /agent/v1/targets/:captureId/:attempt/chunks/:seq  gzip bytes  → ChunkReply    headers below
 *   POST /agent/v1/targets/:captureId/:attempt/finish    FinishReport   → FinishReply   manifest; the server sets `done`
 *   POST /agent/v1/queries/:queryId                      QueryAnswer    → {}
 *   POST /agent/v1/catalogues/missing                    MissingRequest → MissingReply  which of these keys the server lacks
 *   PUT  /agent/v1/catalogues/:key                       gzip bytes     → CatalogueReply  named by the SHA-256 of their text
 *   GET  /health                                                        → { ok: true }
 *
 * 401: the token is not (any more) valid. 404: no such target for this host. 409: the target is in a state that does not
 * allow it; the body's `state` says which (the agent stops working on a final one). 413/422: a chunk that is refused, for good.
 */
export const AGENT_API = '/agent/v1'

export const HEARTBEAT_MS = 10_000
/** Long poll: 55 s ± 10 s, so that many agents do not come back in step. */
export const POLL_WAIT_MS = 55_000
export const POLL_JITTER_MS = 10_000

export const enrolRequestSchema = z.object({
  joinToken: z.string().min(10).max(200),
  /** Stable per machine (a hash of /etc/machine-id and the state folder): enrolling again gives the same host a new token. */
  machineKey: z.string().regex(/^[0-9a-f]{32,64}$/),
  facts: hostFactsSchema,
  labels: labelsSchema,
})
export type EnrolRequest = z.infer<typeof enrolRequestSchema>
export const enrolResponseSchema = z.object({ hostId: idSchema, agentToken: z.string().min(20) })
export type EnrolResponse = z.infer<typeof enrolResponseSchema>

/**
 * What the agent knows of its kernel's probes: `building` until it has read them, then `ready` with a key for each kind of catalogue,
 * or `failed` with the reason. Sent at the start, whenever it changes, and every few minutes.
 */
export const hostCataloguesSchema = z.object({
  state: z.enum(['building', 'ready', 'failed']),
  message: hostText(400).nullable(),
  keys: z.array(z.object({ kind: catalogueKindSchema, key: catalogueKeySchema })).max(CATALOGUE_KINDS.length),
})
export type HostCatalogues = z.infer<typeof hostCataloguesSchema>

export const heartbeatSchema = z.object({
  load: hostLoadSchema,
  facts: hostFactsSchema.optional(),
  labels: labelsSchema.optional(),
  catalogues: hostCataloguesSchema.optional(),
  builds: hostBuildsSchema.optional(),
  /** Thresholds that tripped since the last heartbeat that was answered; such a heartbeat is sent at once. */
  trips: z.array(thresholdTripSchema).max(MAX_WATCHES).optional(),
})
export type Heartbeat = z.infer<typeof heartbeatSchema>
/** `missingCatalogues`: of the keys just sent, those that the server has no content for yet. `watches`: what the host is to watch of itself. */
export const heartbeatReplySchema = z.object({
  missingCatalogues: z.array(catalogueKeySchema).default([]),
  watches: z.array(thresholdWatchSchema).max(MAX_WATCHES).default([]),
})
export type HeartbeatReply = z.infer<typeof heartbeatReplySchema>

export const missingCataloguesRequestSchema = z.object({ keys: z.array(catalogueKeySchema).max(64) })
export type MissingCataloguesRequest = z.infer<typeof missingCataloguesRequestSchema>
export const missingCataloguesReplySchema = z.object({ missing: z.array(catalogueKeySchema) })
export const catalogueReplySchema = z.object({ stored: z.boolean() })
export type CatalogueReply = z.infer<typeof catalogueReplySchema>

export const targetRefSchema = z.object({ captureId: idSchema, attempt: z.number().int().min(1).max(100) })
export type TargetRef = z.infer<typeof targetRefSchema>

/** `active`: targets that the agent is working on, so that the gateway can extend their leases and cancel the ones it gave up. */
export const pollRequestSchema = z.object({
  waitMs: z
    .number()
    .int()
    .min(0)
    .max(POLL_WAIT_MS + POLL_JITTER_MS),
  active: z.array(targetRefSchema).max(100),
})
export type PollRequest = z.infer<typeof pollRequestSchema>

export const hostQuerySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('processes') }),
  z.object({ kind: z.literal('plan'), spec: captureSpecSchema }),
  /** Counts the probes for a second: what would it cost? */
  z.object({ kind: z.literal('forecast'), spec: captureSpecSchema }),
  /** What can be probed in this binary? Its catalogue is uploaded before the answer, where the server lacks it. */
  z.object({ kind: z.literal('binary'), ref: binaryRefSchema }),
])
export type HostQuery = z.infer<typeof hostQuerySchema>

export const agentCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), target: targetRefSchema, spec: captureSpecSchema }),
  z.object({ type: z.literal('cancel'), target: targetRefSchema }),
  z.object({ type: z.literal('query'), queryId: idSchema, query: hostQuerySchema }),
])
export type AgentCommand = z.infer<typeof agentCommandSchema>
export const pollResponseSchema = z.object({ commands: z.array(agentCommandSchema) })
export type PollResponse = z.infer<typeof pollResponseSchema>

export const targetReplySchema = z.object({ state: targetStateSchema, cancelRequested: z.boolean() })
export type TargetReply = z.infer<typeof targetReplySchema>

export const runningReportSchema = z.object({ commands: z.array(hostCommandSchema).max(16) })
export type RunningReport = z.infer<typeof runningReportSchema>

/** `commands` and `quality` where known: a failed target still shows what ran and what it has. */
export const endReportSchema = z.object({
  state: z.enum(['refused', 'failed', 'cancelled']),
  reason: targetReasonSchema.nullable(),
  message: hostText(4000),
  quality: targetQualitySchema.optional(),
})
export type EndReport = z.infer<typeof endReportSchema>

/** Headers of a chunk upload. The hash is SHA-256, lower-case hex, of the compressed bytes as sent. */
export const CHUNK_HEADERS = { sha256: 'x-sonde-sha256', kind: 'x-sonde-kind' } as const
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)
export const chunkReplySchema = z.object({ stored: z.boolean(), duplicate: z.boolean(), cancelRequested: z.boolean() })
export type ChunkReply = z.infer<typeof chunkReplySchema>

export const manifestEntrySchema = z.object({
  seq: z.number().int().min(0),
  kind: chunkKindSchema,
  sha256: sha256Schema,
  sizeBytes: z.number().int().positive(),
})
export type ManifestEntry = z.infer<typeof manifestEntrySchema>
export const finishReportSchema = z.object({
  manifest: z.array(manifestEntrySchema).max(2_000),
  quality: targetQualitySchema,
  /** Wall time recorded, from the probes' attachment to their end. */
  recordedMs: z.number().nonnegative(),
})
export type FinishReport = z.infer<typeof finishReportSchema>
/** `missing`: seqs that the server does not have, or has with another hash: send them (again), then finish again. */
export const finishReplySchema = z.object({ state: targetStateSchema, missing: z.array(z.number().int()) })
export type FinishReply = z.infer<typeof finishReplySchema>

/** One of the files that a reference stands for on a host. */
export const binaryCatalogueSchema = z.object({
  key: catalogueKeySchema,
  /** As the process sees it. */
  path: hostText(1024),
  buildId: hostText(128).nullable(),
  /** How many probes of each kind it has. */
  counts: z.partialRecord(probeKindSchema, z.number().int().nonnegative()),
  /** Processes that run or have mapped it; at most the first 100. */
  pids: z.array(z.number().int().positive()).max(100),
  notes: z.array(hostText(500)).max(20),
})
export type BinaryCatalogue = z.infer<typeof binaryCatalogueSchema>

export const queryAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('processes'), processes: processListSchema }),
  z.object({ kind: z.literal('plan'), preview: planPreviewSchema }),
  z.object({ kind: z.literal('forecast'), forecast: forecastAnswerSchema }),
  z.object({ kind: z.literal('binary'), binaries: z.array(binaryCatalogueSchema).min(1).max(16) }),
  z.object({ kind: z.literal('error'), message: hostText(2000) }),
])
export type QueryAnswer = z.infer<typeof queryAnswerSchema>

export const agentErrorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
  state: targetStateSchema.optional(),
})
export type AgentError = z.infer<typeof agentErrorSchema>
