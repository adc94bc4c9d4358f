import { SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import type { HostTimes } from './time-grid.ts'

/**
 * The hosts of a capture, and when each began to record by the server's clock, relative to the first. Deltas carry times since their
 * host began, so hosts whose clocks differ are laid right all the same. Throws `not-found`.
 */
export async function readHostTimes(app: App, captureId: string): Promise<HostTimes> {
  const { rows } = await app.db.pool.query<{ id: string; name: string; at: Date | null }>(
    `SELECT h.id, h.name, t.started_at AS at
     FROM captures c JOIN targets t ON t.capture_id = c.id JOIN hosts h ON h.id = t.host_id
     WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId],
  )
  if (rows.length === 0) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  const starts = rows.flatMap((row) => (row.at ? [row.at.getTime()] : []))
  const first = Math.min(...starts)
  return new Map(rows.map((row) => [row.id, { name: row.name, offsetMs: row.at ? row.at.getTime() - first : 0 }]))
}
