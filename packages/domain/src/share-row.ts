import { type ShareEnd, SondeError } from '@sonde/contract'
import type { App } from './app.ts'

export type LiveShare = {
  id: string
  captureId: string
  title: string
  view: string
  hosts: boolean
  args: boolean
  sharedBy: string
  expiresAt: Date
}

const END_WORDS: Record<ShareEnd, string> = {
  revoked: 'this link was revoked: whoever shared it closed it',
  expired: 'this link has expired',
  deleted: 'the capture that this link showed was deleted',
}

export const NO_SUCH_SHARE = 'there is no such link; it may not be complete'

/**
 * A share link that still shows something. Expiry goes by the database's clock. Throws `not-found` where there never was one, `gone`
 * where it ended, with the ShareEnd as `details.end`.
 */
export async function readLiveShare(app: App, by: { id: string } | { tokenHash: string }): Promise<LiveShare> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['token_hash', by.tokenHash]
  const { rows } = await app.db.pool.query<{
    id: string
    capture_id: string | null
    title: string
    view: string
    hosts: boolean
    args: boolean
    shared_by: string
    expires_at: Date
    is_revoked: boolean
    is_expired: boolean
  }>(
    `SELECT s.id, c.id AS capture_id, s.title, s.view, s.hosts, s.args, s.expires_at, u.name AS shared_by,
       s.revoked_at IS NOT NULL AS is_revoked, s.expires_at <= now() AS is_expired
     FROM shares s JOIN users u ON u.id = s.created_by_id LEFT JOIN captures c ON c.id = s.capture_id AND c.deleted_at IS NULL
     WHERE s.${column} = $1`,
    [value],
  )
  const [row] = rows
  if (!row) throw new SondeError('not-found', NO_SUCH_SHARE)
  if (row.is_revoked) throw ended('revoked')
  if (row.capture_id === null) throw ended('deleted')
  if (row.is_expired) throw ended('expired')
  return {
    id: row.id,
    captureId: row.capture_id,
    title: row.title,
    view: row.view,
    hosts: row.hosts,
    args: row.args,
    sharedBy: row.shared_by,
    expiresAt: row.expires_at,
  }
}

const ended = (end: ShareEnd): SondeError => new SondeError('gone', END_WORDS[end], { end })
