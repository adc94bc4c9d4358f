import { type Actor, captureSpecSchema, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { startCapture } from './start-capture.ts'

/** Starts a new capture with the same title, settings and hosts, but for hosts that were removed since. Throws `not-found`, `conflict`. */
export async function rerunCapture(actor: Actor, app: App, input: { id: string }): Promise<{ id: string }> {
  authorize(actor, 'capture.start')
  const { rows } = await app.db.pool.query<{ title: string; spec: unknown; source: unknown; hosts: string[] }>(
    `SELECT title, spec, source, ARRAY(
       SELECT h.id FROM targets t JOIN hosts h ON h.id = t.host_id WHERE t.capture_id = c.id AND h.removed_at IS NULL
     ) AS hosts FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [input.id],
  )
  const capture = rows[0]
  if (!capture) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  if (capture.source !== null) throw new SondeError('conflict', 'this capture was imported from a file: no host can run it again')
  if (capture.hosts.length === 0) throw new SondeError('conflict', 'every host of this capture was removed since')
  return await startCapture(actor, app, { hostIds: capture.hosts, spec: captureSpecSchema.parse(capture.spec), title: capture.title })
}
