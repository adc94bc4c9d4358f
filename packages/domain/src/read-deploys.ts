import {
  captureSpecSchema,
  type DeployCapture,
  type DeployPair,
  type DeploySummary,
  deploySourceSchema,
  deployStateSchema,
  deployVerdictSchema,
  labelsSchema,
  noticedBuildSchema,
  targetStateSchema,
} from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import { z } from 'zod'
import { captureEndedAt, captureState } from './capture-state.ts'

type Row = {
  id: string
  service: string
  version: string
  sha: string | null
  state: string
  source: string
  note: string | null
  url: string | null
  labels: unknown
  noticed: unknown
  started_at: Date | null
  finished_at: Date | null
  created_at: Date
  created_by_id: string | null
  created_by: string | null
  hosts: unknown
}

type PairRow = {
  id: string
  deploy_id: string
  rule_id: string | null
  title: string
  spec: unknown
  warm_up_ms: number
  host_ids: string[]
  before_capture_id: string | null
  before_note: string | null
  after_capture_id: string | null
  after_note: string | null
  after_due_at: Date | null
  verdict: unknown
}

const hostsSchema = z.array(z.object({ id: z.string(), name: z.string() }))
const targetsSchema = z.array(z.object({ state: targetStateSchema, endedAt: z.coerce.date().nullable() }))

/** Deploys with their hosts and captures, in the order of `ids`; those that do not exist are left out. No check of who asks. */
export async function readDeploys(db: Queryable, ids: readonly string[]): Promise<DeploySummary[]> {
  const { rows } = await db.query<Row>(
    `SELECT d.*, u.name AS created_by, (
       SELECT coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'name', h.name) ORDER BY h.name, h.id), '[]')
       FROM deploy_hosts x JOIN hosts h ON h.id = x.host_id WHERE x.deploy_id = d.id
     ) AS hosts
     FROM deploys d LEFT JOIN users u ON u.id = d.created_by_id WHERE d.id = ANY ($1) ORDER BY array_position($1::text[], d.id)`,
    [ids],
  )
  const pairs = await readPairs(db, ids)
  return rows.map((row) => ({
    id: row.id,
    service: row.service,
    version: row.version,
    sha: row.sha,
    state: deployStateSchema.parse(row.state),
    source: deploySourceSchema.parse(row.source),
    note: row.note,
    url: row.url,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    createdAt: row.created_at,
    createdBy: row.created_by_id === null ? null : { id: row.created_by_id, name: row.created_by ?? '' },
    noticed: noticedBuildSchema.nullable().parse(row.noticed),
    labels: labelsSchema.nullable().parse(row.labels),
    hosts: hostsSchema.parse(row.hosts),
    pairs: pairs.get(row.id) ?? [],
  }))
}

async function readPairs(db: Queryable, deployIds: readonly string[]): Promise<Map<string, DeployPair[]>> {
  const { rows } = await db.query<PairRow>('SELECT * FROM deploy_pairs WHERE deploy_id = ANY ($1) ORDER BY created_at, id', [deployIds])
  const captures = await readCaptures(
    db,
    rows.flatMap((row) => [row.before_capture_id, row.after_capture_id]).filter((id) => id !== null),
  )
  const side = (captureId: string | null, note: string | null, dueAt: Date | null): DeployCapture => {
    const capture = captureId === null ? null : (captures.get(captureId) ?? null)
    return { capture, dueAt, note: note ?? (captureId !== null && capture === null ? 'The capture was deleted.' : null) }
  }
  const pairs = new Map<string, DeployPair[]>()
  for (const row of rows) {
    const pair: DeployPair = {
      id: row.id,
      ruleId: row.rule_id,
      title: row.title,
      // Of a version of Sonde that knew other settings: nothing more can be recorded by it.
      spec: captureSpecSchema.nullable().catch(null).parse(row.spec),
      warmUpMs: row.warm_up_ms,
      hostIds: row.host_ids,
      before: side(row.before_capture_id, row.before_note, null),
      after: side(row.after_capture_id, row.after_note, row.after_due_at),
      verdict: deployVerdictSchema.nullable().parse(row.verdict),
    }
    pairs.set(row.deploy_id, [...(pairs.get(row.deploy_id) ?? []), pair])
  }
  return pairs
}

type CaptureRow = { id: string; title: string; created_at: Date; targets: unknown }

async function readCaptures(db: Queryable, ids: readonly string[]): Promise<Map<string, NonNullable<DeployCapture['capture']>>> {
  const { rows } = await db.query<CaptureRow>(
    `SELECT c.id, c.title, c.created_at, (
       SELECT coalesce(jsonb_agg(jsonb_build_object('state', t.state, 'endedAt', t.ended_at)), '[]') FROM targets t WHERE t.capture_id = c.id
     ) AS targets
     FROM captures c WHERE c.id = ANY ($1) AND c.deleted_at IS NULL`,
    [ids],
  )
  return new Map(
    rows.map((row) => {
      const targets = targetsSchema.parse(row.targets)
      const state = captureState(targets.map((target) => target.state))
      return [
        row.id,
        { id: row.id, title: row.title, state, createdAt: row.created_at, endedAt: captureEndedAt(targets), hosts: targets.length },
      ]
    }),
  )
}
