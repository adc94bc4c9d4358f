import { type Actor, type Role, roleSchema, type SignupInput, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import { hashPassword } from 'better-auth/crypto'
import type { App } from './app.ts'
import { authorize, authorizePublic } from './authorize.ts'
import { isSetupNeeded } from './people.ts'
import { hashToken, isToken, newToken } from './tokens.ts'

const INVITE_HOURS = 72
const SETUP_HOURS = 24
/** Any number: two accounts at once from set-up links take turns on it. */
const SETUP_LOCK = 4_601_001

export type NewInvite = { url: string; expiresAt: Date }

/** A link that makes one account with this role, once, within three days. Shown this once. */
export async function invitePerson(actor: Actor, app: App, input: { role: Role }): Promise<NewInvite> {
  const person = authorize(actor, 'person.invite')
  return await issueInvite(app, { role: input.role, setup: false, createdById: person.userId, hours: INVITE_HOURS })
}

/**
 * The link that makes the first account, an admin, for whoever started the server; null once anybody has an account. Links
 * printed earlier stop working.
 */
export async function createSetupLink(app: App): Promise<NewInvite | null> {
  if (!(await isSetupNeeded(app))) return null
  await app.db.pool.query('DELETE FROM invites WHERE setup')
  return await issueInvite(app, { role: 'admin', setup: true, createdById: null, hours: SETUP_HOURS })
}

async function issueInvite(
  app: App,
  invite: { role: Role; setup: boolean; createdById: string | null; hours: number },
): Promise<NewInvite> {
  const { token, hash } = newToken('invite')
  const { rows } = await app.db.pool.query<{ expires_at: Date }>(
    `INSERT INTO invites (id, token_hash, role, setup, created_by_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 hour') RETURNING expires_at`,
    [app.newId(), hash, invite.role, invite.setup, invite.createdById, invite.hours],
  )
  const expiresAt = rows[0]?.expires_at
  if (!expiresAt) throw new Error('the database returned no row')
  return { url: `${app.urls.web}/welcome?token=${token}`, expiresAt }
}

/** A link that can still be used: not used, not expired, and a set-up link only while nobody has an account. */
const USABLE = `used_at IS NULL AND expires_at > now() AND (NOT setup OR NOT EXISTS (SELECT FROM users))`

/** Whether a link still works, and for which role. Says no more than that about one that does not. */
export async function checkInvite(app: App, input: { token: string }): Promise<{ valid: boolean; role: Role | null }> {
  authorizePublic('invite.check')
  if (!isToken('invite', input.token)) return { valid: false, role: null }
  const { rows } = await app.db.pool.query<{ role: string }>(`SELECT role FROM invites WHERE token_hash = $1 AND ${USABLE}`, [
    hashToken(input.token),
  ])
  return rows[0] ? { valid: true, role: roleSchema.parse(rows[0].role) } : { valid: false, role: null }
}

/**
 * Makes the account, with a password hashed as better-auth does, so that its e-mail sign-in takes it. The link is used up only
 * if the account was made. Throws `not-found` for a link that does not work, `conflict` for an e-mail address that is taken.
 */
export async function acceptInvite(app: App, input: SignupInput): Promise<{ email: string }> {
  authorizePublic('invite.accept')
  const email = input.email.toLowerCase()
  const unusable = new SondeError('not-found', 'this link does not work (any more); ask for a new one')
  // Before the password is hashed: that costs 50 ms of CPU, which a stranger must not be able to spend.
  if (!(await checkInvite(app, input)).valid) throw unusable
  const password = await hashPassword(input.password)
  await inTransaction(app.db.pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [SETUP_LOCK])
    const { rows } = await client.query<{ role: string }>(
      `UPDATE invites SET used_at = now() WHERE token_hash = $1 AND ${USABLE} RETURNING role`,
      [hashToken(input.token)],
    )
    if (!rows[0]) throw unusable
    const userId = app.newId()
    const { rowCount } = await client.query(
      `INSERT INTO users (id, name, email, email_verified, role) VALUES ($1, $2, $3, true, $4) ON CONFLICT (email) DO NOTHING`,
      [userId, input.name, email, roleSchema.parse(rows[0].role)],
    )
    if (rowCount === 0) throw new SondeError('conflict', 'somebody has an account with this e-mail address already')
    await client.query(`INSERT INTO accounts (id, account_id, provider_id, user_id, password) VALUES ($1, $2, 'credential', $2, $3)`, [
      app.newId(),
      userId,
      password,
    ])
  })
  return { email }
}
