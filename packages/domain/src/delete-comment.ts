import type { Actor } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { lockComment } from './lock-comment.ts'

/** Deletes a comment: its text and its mentions are gone for good, its answers stay. Throws `not-found`, `forbidden`. */
export async function deleteComment(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'comment.read')
  await inTransaction(app.db.pool, async (client) => {
    const { authorId } = await lockComment(client, input.id)
    authorize(actor, 'comment.delete', { ownerId: authorId })
    await client.query("UPDATE comments SET text = '', deleted_at = now(), version = version + 1 WHERE id = $1", [input.id])
    await client.query('DELETE FROM mentions WHERE comment_id = $1', [input.id])
  })
}
