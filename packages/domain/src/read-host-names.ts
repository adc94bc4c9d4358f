import { SondeError } from '@sonde/contract'
import type { App } from './app.ts'

/** Host id → name, for the hosts of one capture. Throws `not-found`. */
export async function readHostNames(app: App, captureId: string): Promise<Map<string, string>> {
  const { rows } = await app.db.pool.query<{ id: string; name: string }>(
    `SELECT h.id, h.name FROM captures c JOIN targets t ON t.capture_id = c.id JOIN hosts h ON h.id = t.host_id
     WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId],
  )
  if (rows.length === 0) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  return new Map(rows.map((row) => [row.id, row.name]))
}
