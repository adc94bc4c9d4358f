import { type Actor, type CreateShareInput, createShareInputSchema, type NewShare } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { readCaptureWords } from './capture-words.ts'
import { hostPseudonyms } from './host-pseudonyms.ts'
import { readCaptureView } from './read-capture-view.ts'
import { mergedProfile } from './read-profile.ts'
import { shareTitle } from './share-title.ts'
import { shareView } from './share-view.ts'
import { newToken } from './tokens.ts'

/**
 * A link that shows this view of this capture to whoever has it, until it expires or is revoked. The address is shown this once.
 * Throws `not-found`.
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
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 hour') RETURNING expires_at`,
    [id, capture.id, hash, title, view, input.hosts, input.args, person.userId, input.hours],
  )
  const expiresAt = rows[0]?.expires_at
  if (!expiresAt) throw new Error('the database returned no row')
  return { id, url: `${app.urls.web}/s/${token}`, expiresAt, title, dropped }
}
