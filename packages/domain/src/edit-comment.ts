import { type Actor, commentTextSchema } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { storeMentions } from './comment-mentions.ts'
import { lockComment } from './lock-comment.ts'
import { storableText } from './storable.ts'

/** Changes the text of one's own comment; whoever it mentions now and did not before is told. Throws `not-found`, `forbidden`. */
export async function editComment(actor: Actor, app: App, input: { id: string; text: string }): Promise<void> {
  authorize(actor, 'comment.read')
  const text = storableText(commentTextSchema.parse(input.text))
  await inTransaction(app.db.pool, async (client) => {
    const { authorId } = await lockComment(client, input.id)
    authorize(actor, 'comment.edit', { ownerId: authorId })
    await client.query('UPDATE comments SET text = $2, edited_at = now(), version = version + 1 WHERE id = $1', [input.id, text])
    await storeMentions(client, { id: input.id, authorId, text })
  })
}
