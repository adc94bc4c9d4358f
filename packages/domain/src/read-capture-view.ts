import {
  type CaptureView,
  CHUNK_KINDS,
  captureReasonSchema,
  captureSourceSchema,
  chunkKindSchema,
  findRecipe,
  hostCommandSchema,
  SondeError,
  storedSpecSchema,
  type TargetView,
  targetQualitySchema,
  targetReasonSchema,
  targetStateSchema,
} from '@sonde/contract'
import { z } from 'zod'
import type { App } from './app.ts'
import { captureEndedAt, captureState } from './capture-state.ts'

type CaptureRow = {
  id: string
  title: string
  spec: unknown
  source: unknown
  reason: unknown
  created_at: Date
  created_by_id: string
  created_by: string
}
type TargetRow = {
  host_id: string
  host_name: string
  state: string
  cancel_requested_at: Date | null
  attempt: number
  reason: string | null
  message: string | null
  started_at: Date | null
  ended_at: Date | null
  recorded_ms: number | null
  chunk_counts: unknown
  stored_bytes: string
  quality: unknown
  commands: unknown
}

/** All that the capture page shows; no check of who asks. Throws `not-found`, also for a deleted one. */
export async function readCaptureView(app: App, captureId: string): Promise<CaptureView> {
  const capture = await app.db.pool.query<CaptureRow>(
    `SELECT c.id, c.title, c.spec, c.source, c.reason, c.created_at, c.created_by_id, u.name AS created_by
     FROM captures c JOIN users u ON u.id = c.created_by_id WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId],
  )
  const row = capture.rows[0]
  if (!row) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  const { rows } = await app.db.pool.query<TargetRow>(
    `SELECT t.*, h.name AS host_name FROM targets t JOIN hosts h ON h.id = t.host_id
     WHERE t.capture_id = $1 ORDER BY h.name, h.id`,
    [captureId],
  )
  const counts = rows.map((r) => chunkCountsSchema.parse(r.chunk_counts))
  const targets = rows.map((r, i) =>
    targetOf(
      r,
      CHUNK_KINDS.reduce((sum, kind) => sum + (counts[i]?.[kind] ?? 0), 0),
    ),
  )
  const spec = storedSpecSchema.parse(row.spec)
  return {
    id: row.id,
    title: row.title,
    spec,
    recipeTitle: findRecipe(spec.recipe)?.title ?? null,
    source: captureSourceSchema.nullable().parse(row.source),
    reason: captureReasonSchema.nullable().parse(row.reason),
    state: captureState(targets.map((t) => t.state)),
    createdAt: row.created_at,
    createdBy: { id: row.created_by_id, name: row.created_by },
    endedAt: captureEndedAt(targets),
    targets,
    resultVersion: versionOf(counts),
    serverNow: app.clock.now(),
  }
}

/** Kinds without a chunk have no key. */
const chunkCountsSchema = z.partialRecord(chunkKindSchema, z.number().int().nonnegative())

function versionOf(counts: ReadonlyArray<z.infer<typeof chunkCountsSchema>>): CaptureView['resultVersion'] {
  const version: CaptureView['resultVersion'] = { profile: 0, syscalls: 0, offcpu: 0, counts: 0, latency: 0, events: 0, counters: 0 }
  for (const kind of CHUNK_KINDS) version[kind] = counts.reduce((sum, count) => sum + (count[kind] ?? 0), 0)
  return version
}

function targetOf(row: TargetRow, chunks: number): TargetView {
  return {
    hostId: row.host_id,
    hostName: row.host_name,
    state: targetStateSchema.parse(row.state),
    cancelRequested: row.cancel_requested_at !== null,
    attempt: row.attempt,
    reason: targetReasonSchema.nullable().parse(row.reason),
    message: row.message,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    recordedMs: row.recorded_ms,
    chunks,
    bytes: Number(row.stored_bytes),
    quality: targetQualitySchema.nullable().parse(row.quality),
    commands: z.array(hostCommandSchema).parse(row.commands),
  }
}

/**
 * A number that grows with every change of a capture's targets, cheap to ask for; null when the capture is gone. A sum of
 * counters, not the newest timestamp: of two transactions the one that began first may commit last.
 */
export async function readCaptureRevision(app: App, captureId: string): Promise<number | null> {
  const { rows } = await app.db.pool.query<{ revision: string | null }>(
    `SELECT (SELECT sum(revision) FROM targets WHERE capture_id = c.id) AS revision FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId],
  )
  return rows[0] ? Number(rows[0].revision ?? 0) : null
}
