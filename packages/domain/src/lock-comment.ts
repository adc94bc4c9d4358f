import type { Queryable } from '@sonde/db'
import { noSuchComment } from './read-comments.ts'

/** A comment that is there, locked until the transaction ends. Throws `not-found` for none, a deleted one, and one of a deleted capture. */
export async function lockComment(db: Queryable, id: string): Promise<{ authorId: string; replyToId: string | null }> {
  const { rows } = await db.query<{ author_id: string; reply_to_id: string | null }>(
    `SELECT c.author_id, c.reply_to_id FROM comments c JOIN captures ON captures.id = c.capture_id
     WHERE c.id = $1 AND c.deleted_at IS NULL AND captures.deleted_at IS NULL FOR UPDATE OF c`,
    [id],
  )
  if (!rows[0]) throw noSuchComment()
  return { authorId: rows[0].author_id, replyToId: rows[0].reply_to_id }
}
