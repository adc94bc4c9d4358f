import { type CommentView, commentPinSchema, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { mentionedNames } from './comment-mentions.ts'

type Row = {
  id: string
  capture_id: string
  author_id: string
  author: string
  text: string
  pin: unknown
  reply_to_id: string | null
  created_at: Date
  edited_at: Date | null
  deleted_at: Date | null
  resolved_at: Date | null
  resolved_by_id: string | null
  resolved_by: string | null
}

/** All comments of a capture, oldest first, without those that were deleted and that nobody answered. */
export async function readComments(app: App, captureId: string): Promise<CommentView[]> {
  const { rows } = await app.db.pool.query<Row>(
    `SELECT c.*, a.name AS author, r.name AS resolved_by
     FROM comments c JOIN users a ON a.id = c.author_id LEFT JOIN users r ON r.id = c.resolved_by_id
     WHERE c.capture_id = $1 AND (c.deleted_at IS NULL
       OR EXISTS (SELECT FROM comments reply WHERE reply.reply_to_id = c.id AND reply.deleted_at IS NULL))
     ORDER BY c.created_at, c.id`,
    [captureId],
  )
  const mentionsOf = await mentionedNames(
    app.db.pool,
    rows.map((row) => row.text),
  )
  return rows.map((row) => ({
    id: row.id,
    captureId: row.capture_id,
    author: { id: row.author_id, name: row.author },
    text: row.text,
    mentions: mentionsOf(row.text),
    pin: commentPinSchema.parse(row.pin),
    replyTo: row.reply_to_id,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
    resolvedAt: row.resolved_at,
    resolvedBy: row.resolved_by_id !== null && row.resolved_by !== null ? { id: row.resolved_by_id, name: row.resolved_by } : null,
  }))
}

/** Grows with every change of a capture's comments; null where there is no such capture. */
export async function readCommentsRevision(app: App, captureId: string): Promise<number | null> {
  const { rows } = await app.db.pool.query<{ revision: string }>(
    `SELECT (SELECT coalesce(sum(version), 0) FROM comments WHERE capture_id = c.id) AS revision
     FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId],
  )
  return rows[0] ? Number(rows[0].revision) : null
}

export const noSuchCapture = () => new SondeError('not-found', 'there is no such capture; it may have been deleted')
export const noSuchComment = () => new SondeError('not-found', 'there is no such note; it may have been deleted')
