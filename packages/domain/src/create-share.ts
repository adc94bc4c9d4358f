import { type Actor, type CreateShareInput, createShareInputSchema, type NewShare, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { readCaptureWords } from './capture-words.ts'
import { hostPseudonyms } from './host-pseudonyms.ts'
import { MOST_LIVE_SHARES } from './list-shares.ts'
import { readCaptureView } from './read-capture-view.ts'
import { mergedProfile } from './read-profile.ts'
import { shareTitle } from './share-title.ts'
import { shareView } from './share-view.ts'
import { newToken } from './tokens.ts'

/**
 * A link that shows this view of this capture to whoever has it, until it expires or is revoked. The address is shown this once.
 * Throws `not-found`, and `conflict` where the capture has as many as can be listed, to be revoked.
 */
export async function createShare(actor: Actor, app: App, request: CreateShareInput): Promise<NewShare> {
  const person = authorize(actor, 'share.create')
  // What a link shows is what its maker may read: a token that may make links and no more would read captures through them.
  authorize(actor, 'capture.read')
  const input = createShareInputSchema.parse(request)
  const capture = await readCaptureView(app, input.id)
  const words = await readCaptureWords(app, capture)
  const profileOf = async (kind: 'profile' | 'offcpu') =>
    capture.resultVersion[kind] > 0 ? (await mergedProfile(app, capture.id, kind)).profile : null
  const profiles = { profile: await profileOf('profile'), offcpu: await profileOf('offcpu') }
  const names = hostPseudonyms(capture.targets.map((target) => target.hostId))
  const { view, dropped } = shareView(input.view, input, words, profiles, names)
  const title = shareTitle(capture, words, input)
  const id = app.newId()
  const { token, hash } = newToken('share')
  const { rows } = await app.db.pool.query<{ expires_at: Date }>(
    `INSERT INTO shares (id, capture_id, token_hash, title, view, hosts, args, created_by_id, expires_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 hour'
     WHERE (SELECT count(*) FROM shares WHERE capture_id = $2 AND revoked_at IS NULL AND expires_at > now()) < $10 RETURNING expires_at`,
    [id, capture.id, hash, title, view, input.hosts, input.args, person.userId, input.hours, MOST_LIVE_SHARES],
  )
  const expiresAt = rows[0]?.expires_at
  if (!expiresAt)
    throw new SondeError('conflict', `a capture has at most ${MOST_LIVE_SHARES} links that work: revoke one that is not needed`)
  return { id, url: `${app.urls.web}/s/${token}`, expiresAt, title, dropped }
}
