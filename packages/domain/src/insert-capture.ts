import { type CaptureReason, SondeError, type StartCaptureInput } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import { defaultTitle } from './default-title.ts'
import { storableJson } from './storable.ts'

/**
 * Writes a capture with one queued target per host, in the caller's transaction; no check of who asks. A host that is offline gets
 * a target all the same. The caller announces the capture after its commit. Throws `not-found` for an unknown host.
 */
export async function insertCapture(
  client: Queryable,
  capture: { id: string; createdById: string; input: StartCaptureInput; reason: CaptureReason | null },
): Promise<void> {
  const { id, input, reason } = capture
  const hostIds = [...new Set(input.hostIds)]
  const { rows } = await client.query<{ id: string; name: string }>(
    'SELECT id, name FROM hosts WHERE id = ANY ($1) AND removed_at IS NULL ORDER BY name, id FOR SHARE',
    [hostIds],
  )
  const known = new Set(rows.map((row) => row.id))
  const unknown = hostIds.filter((hostId) => !known.has(hostId))
  if (unknown.length > 0) throw new SondeError('not-found', `no such host: ${unknown.slice(0, 5).join(', ')}`)
  const names = rows.map((row) => row.name)
  await client.query('INSERT INTO captures (id, title, spec, reason, created_by_id) VALUES ($1, $2, $3, $4, $5)', [
    id,
    input.title || defaultTitle(input.spec, names),
    JSON.stringify(input.spec),
    reason === null ? null : storableJson(reason),
    capture.createdById,
  ])
  await client.query('INSERT INTO targets (capture_id, host_id) SELECT $1, unnest($2::text[])', [id, hostIds])
}
