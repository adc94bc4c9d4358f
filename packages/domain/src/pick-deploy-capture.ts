import { type Actor, captureSpecSchema, type PickDeployCaptureInput, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/**
 * Takes a capture that exists already for one side of a deploy: of the pair that is named, or of a new one. What was there before is
 * replaced, a planned capture is not started any more. Throws `not-found`.
 */
export async function pickDeployCapture(actor: Actor, app: App, input: PickDeployCaptureInput): Promise<void> {
  const person = authorize(actor, 'deploy.mark')
  authorize(actor, 'capture.read')
  await inTransaction(app.db.pool, async (client) => {
    const capture = await client.query<{ title: string; spec: unknown; host_ids: string[] }>(
      `SELECT title, spec, ARRAY(SELECT host_id FROM targets WHERE capture_id = c.id ORDER BY host_id) AS host_ids
       FROM captures c WHERE id = $1 AND deleted_at IS NULL`,
      [input.captureId],
    )
    const picked = capture.rows[0]
    if (!picked) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
    const column = input.side === 'before' ? 'before' : 'after'
    const dropDue = input.side === 'after' ? ', after_due_at = NULL' : ''
    if (input.pairId !== undefined) {
      const { rowCount } = await client.query(
        `UPDATE deploy_pairs SET ${column}_capture_id = $3, ${column}_note = NULL, verdict = NULL${dropDue} WHERE id = $2 AND deploy_id = $1`,
        [input.id, input.pairId, input.captureId],
      )
      if (rowCount === 0) throw new SondeError('not-found', 'this deploy has no such pair of captures')
      return
    }
    const spec = captureSpecSchema.safeParse(picked.spec)
    const { rowCount } = await client.query(
      `INSERT INTO deploy_pairs (id, deploy_id, person_id, title, spec, host_ids, ${column}_capture_id)
       SELECT $2, id, $3, $4, $5, $6, $7 FROM deploys WHERE id = $1`,
      [
        input.id,
        app.newId(),
        person.userId,
        picked.title,
        spec.success ? JSON.stringify(spec.data) : null,
        picked.host_ids,
        input.captureId,
      ],
    )
    if (rowCount === 0) throw new SondeError('not-found', 'there is no such deploy; it may have been deleted')
  })
}
