import { type ChunkKind, SondeError } from '@sonde/contract'
import type { App } from './app.ts'

/** How many chunks of this kind a capture has: its resultVersion of that kind. Throws `not-found`. */
export async function readResultVersion(app: App, captureId: string, kind: ChunkKind): Promise<number> {
  const { rows } = await app.db.pool.query<{ version: string }>(
    `SELECT coalesce((SELECT sum((chunk_counts->>$2)::int) FROM targets WHERE capture_id = c.id), 0) AS version
     FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId, kind],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  return Number(rows[0].version)
}
