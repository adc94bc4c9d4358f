import { type Actor, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { lockComment } from './lock-comment.ts'

/** Says that a thread is settled, or that it is not after all. Throws `not-found`, and `invalid` for an answer: threads are resolved whole. */
export async function resolveComment(actor: Actor, app: App, input: { id: string; resolved: boolean }): Promise<void> {
  const person = authorize(actor, 'comment.write')
  await inTransaction(app.db.pool, async (client) => {
    const { replyToId } = await lockComment(client, input.id)
    if (replyToId !== null) throw new SondeError('invalid', 'only a whole thread is resolved, not an answer in it')
    await client.query(
      `UPDATE comments SET resolved_at = CASE WHEN $2 THEN now() END, resolved_by_id = CASE WHEN $2 THEN $3 END, version = version + 1
       WHERE id = $1 AND (resolved_at IS NOT NULL) <> $2`,
      [input.id, input.resolved, person.userId],
    )
  })
}
