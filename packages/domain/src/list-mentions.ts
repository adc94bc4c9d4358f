import type { Actor, MentionView } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { mentionedNames } from './comment-mentions.ts'

const MOST = 50
/** Characters of a comment that the list shows. */
const EXCERPT = 300

type Row = {
  comment_id: string
  capture_id: string
  title: string
  author_id: string
  author: string
  text: string
  view: string | null
  created_at: Date
  seen_at: Date | null
}

/** How many comments mention me that I have not seen. */
export async function countMentions(actor: Actor, app: App): Promise<{ unseen: number }> {
  const person = authorize(actor, 'mention.read')
  const { rows } = await app.db.pool.query<{ unseen: number }>(
    `SELECT count(*)::int AS unseen FROM mentions m JOIN comments c ON c.id = m.comment_id JOIN captures p ON p.id = c.capture_id
     WHERE m.user_id = $1 AND m.seen_at IS NULL AND p.deleted_at IS NULL`,
    [person.userId],
  )
  return { unseen: rows[0]?.unseen ?? 0 }
}

/** The newest comments that mention me, in all captures: 50 of them, and how many there are. */
export async function listMentions(actor: Actor, app: App): Promise<{ items: MentionView[]; total: number }> {
  const person = authorize(actor, 'mention.read')
  const { rows } = await app.db.pool.query<Row & { total: number }>(
    `SELECT m.comment_id, c.capture_id, p.title, c.author_id, a.name AS author, left(c.text, ${EXCERPT + 1}) AS text, c.pin->>'view' AS view,
       m.created_at, m.seen_at, count(*) OVER ()::int AS total
     FROM mentions m JOIN comments c ON c.id = m.comment_id JOIN captures p ON p.id = c.capture_id JOIN users a ON a.id = c.author_id
     WHERE m.user_id = $1 AND p.deleted_at IS NULL
     ORDER BY m.created_at DESC, m.comment_id LIMIT ${MOST}`,
    [person.userId],
  )
  const mentionsOf = await mentionedNames(
    app.db.pool,
    rows.map((row) => row.text),
  )
  const items = rows.map((row) => ({
    commentId: row.comment_id,
    captureId: row.capture_id,
    captureTitle: row.title,
    author: { id: row.author_id, name: row.author },
    text: row.text.length > EXCERPT ? `${row.text.slice(0, EXCERPT)}…` : row.text,
    mentions: mentionsOf(row.text),
    view: row.view ?? '',
    createdAt: row.created_at,
    seenAt: row.seen_at,
  }))
  return { items, total: rows[0]?.total ?? 0 }
}

/** I have seen where I am mentioned: in one capture, or everywhere. */
export async function seeMentions(actor: Actor, app: App, input: { captureId: string | null }): Promise<void> {
  const person = authorize(actor, 'mention.read')
  await app.db.pool.query(
    `UPDATE mentions m SET seen_at = now() FROM comments c
     WHERE c.id = m.comment_id AND m.user_id = $1 AND m.seen_at IS NULL AND ($2::text IS NULL OR c.capture_id = $2)`,
    [person.userId, input.captureId],
  )
}
