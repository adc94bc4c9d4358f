import { type Actor, type SharedLink, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizePublic } from './authorize.ts'
import { NO_SUCH_SHARE, readLiveShare } from './share-row.ts'
import { hashToken, isToken } from './tokens.ts'

export type ShareActor = Extract<Actor, { kind: 'share' }>
/** What a link opens: who its reader is to the use cases, and what its page says. */
export type OpenShare = { actor: ShareActor; link: SharedLink }

/**
 * The token of a share link → the actor that may read its one capture. Throws `not-found` for what is no link, and `gone` for one that
 * was revoked, has expired or lost its capture, with words for the reader and the ShareEnd as `details.end`.
 */
export async function openShare(app: App, token: string): Promise<OpenShare> {
  authorizePublic('share.open')
  if (!isToken('share', token)) throw new SondeError('not-found', NO_SUCH_SHARE)
  const { id, captureId, hosts, args, ...rest } = await readLiveShare(app, { tokenHash: hashToken(token) })
  return { actor: { kind: 'share', shareId: id, captureId, hosts, args }, link: { ...rest, captureId, hosts, args } }
}

/** A reader's browser has opened the page of a link. Throws `not-signed-in` or `forbidden` for whoever holds none. */
export async function countShareRead(actor: Actor, app: App): Promise<void> {
  if (actor.kind === 'anonymous') throw new SondeError('not-signed-in', 'only the page of a share link counts its readers')
  if (actor.kind !== 'share') throw new SondeError('forbidden', 'only the page of a share link counts its readers')
  await app.db.pool.query('UPDATE shares SET reads = reads + 1, last_read_at = now() WHERE id = $1', [actor.shareId])
}
