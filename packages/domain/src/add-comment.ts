import { type Actor, type AddCommentInput, addCommentInputSchema, COMMENT_LIMITS, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { storeMentions } from './comment-mentions.ts'
import { noSuchCapture, noSuchComment } from './read-comments.ts'
import { storableJson, storableText } from './storable.ts'

/**
 * Writes a comment on a capture; everyone whom its text mentions is told. An answer has the pin of what it answers, and goes to the
 * comment that begins the thread. The same id from the same author again changes nothing: the request was repeated. Throws
 * `not-found` (capture, answered comment), `conflict` (another one's id; too many comments), `invalid`.
 */
export async function addComment(actor: Actor, app: App, input: AddCommentInput): Promise<{ id: string }> {
  const person = authorize(actor, 'comment.write')
  const { id, captureId, text, pin, replyTo } = addCommentInputSchema.parse(input)
  await inTransaction(app.db.pool, async (client) => {
    const { rows: captures } = await client.query('SELECT FROM captures WHERE id = $1 AND deleted_at IS NULL FOR SHARE', [captureId])
    if (captures.length === 0) throw noSuchCapture()
    if (await isRepeated(client, { id, captureId, authorId: person.userId })) return
    const thread = replyTo === null ? null : await threadOf(client, captureId, replyTo)
    await refuseTooMany(client, captureId)
    const stored = { id, authorId: person.userId, text: storableText(text) }
    await client.query('INSERT INTO comments (id, capture_id, author_id, text, pin, reply_to_id) VALUES ($1, $2, $3, $4, $5, $6)', [
      id,
      captureId,
      stored.authorId,
      stored.text,
      storableJson(thread?.pin ?? pin),
      thread?.id ?? null,
    ])
    await storeMentions(client, stored)
  })
  return { id }
}

async function isRepeated(db: Queryable, comment: { id: string; captureId: string; authorId: string }): Promise<boolean> {
  const { rows } = await db.query<{ mine: boolean }>('SELECT capture_id = $2 AND author_id = $3 AS mine FROM comments WHERE id = $1', [
    comment.id,
    comment.captureId,
    comment.authorId,
  ])
  if (rows[0]?.mine === false) throw new SondeError('conflict', 'there is another note with this id')
  return rows.length > 0
}

/** The comment that begins the thread of `commentId`. */
async function threadOf(db: Queryable, captureId: string, commentId: string): Promise<{ id: string; pin: unknown }> {
  const { rows } = await db.query<{ id: string; pin: unknown }>(
    `SELECT first.id, first.pin FROM comments c JOIN comments first ON first.id = coalesce(c.reply_to_id, c.id)
     WHERE c.id = $1 AND c.capture_id = $2`,
    [commentId, captureId],
  )
  if (!rows[0]) throw noSuchComment()
  return rows[0]
}

async function refuseTooMany(db: Queryable, captureId: string): Promise<void> {
  const { rows } = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM comments WHERE capture_id = $1', [captureId])
  if ((rows[0]?.count ?? 0) >= COMMENT_LIMITS.ofCapture) {
    throw new SondeError('conflict', `this capture has ${COMMENT_LIMITS.ofCapture} notes already, which is as many as there can be`)
  }
}
