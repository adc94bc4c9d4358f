import {
  type Actor,
  type ApiTokenView,
  type CreateApiTokenInput,
  type NewApiToken,
  roleSchema,
  type Scope,
  SondeError,
  scopeSchema,
} from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize, type SignedIn } from './authorize.ts'
import { hashToken, isToken, newToken } from './tokens.ts'

/** Tokens of one person that still work at once: enough for every pipeline, and no table that grows without bound. */
const MOST_USABLE = 100
/** What of a token is kept in the clear, to tell it from others: its kind and 24 of its 256 bits. */
const PREFIX_LENGTH = 8

type Row = {
  id: string
  name: string
  prefix: string
  scopes: string[]
  user_id: string
  user_name: string
  created_at: Date
  expires_at: Date
  last_used_at: Date | null
  state: ApiTokenView['state']
}
const COLUMNS = `t.id, t.name, t.prefix, t.scopes, t.user_id, u.name AS user_name, t.created_at, t.expires_at, t.last_used_at,
  CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired' ELSE 'usable' END AS state`

/** A token that acts as whoever makes it, with no more than these scopes; shown this once. Throws `conflict` where they have too many. */
export async function createApiToken(actor: Actor, app: App, input: CreateApiTokenInput): Promise<NewApiToken> {
  const person = authorize(actor, 'token.create')
  return await issueApiToken(app.db.pool, app.newId(), person.userId, input)
}

/** The same where the person has agreed already; no check. */
export async function issueApiToken(
  db: Queryable,
  id: string,
  userId: string,
  { name, scopes, days }: { name: string; scopes: readonly Scope[]; days: number },
): Promise<NewApiToken> {
  const { token, hash } = newToken('api')
  const { rows } = await db.query<Row>(
    `WITH t AS (
       INSERT INTO api_tokens (id, user_id, name, token_hash, prefix, scopes, expires_at)
       SELECT $1, $2, $3, $4, $5, $6, now() + $7 * interval '1 day'
       WHERE (SELECT count(*) FROM api_tokens WHERE user_id = $2 AND revoked_at IS NULL AND expires_at > now()) < $8
       RETURNING *)
     SELECT ${COLUMNS} FROM t JOIN users u ON u.id = t.user_id`,
    [id, userId, name, hash, token.slice(0, PREFIX_LENGTH), [...scopes], days, MOST_USABLE],
  )
  if (!rows[0]) throw new SondeError('conflict', `at most ${MOST_USABLE} tokens can be usable at once: revoke one that is not needed`)
  return { token, view: viewOf(rows[0]) }
}

/**
 * One's own tokens: those that still work before those that do not, each newest first, at most 200 of the latter; `everyone`: those of all
 * people, for admins. None that works is left out: it could not be revoked.
 */
export async function listApiTokens(actor: Actor, app: App, input: { everyone?: boolean | undefined } = {}): Promise<ApiTokenView[]> {
  const person = authorize(actor, 'token.list')
  if (input.everyone) authorize(actor, 'token.list-everyone')
  const { rows } = await app.db.pool.query<Row>(
    `SELECT * FROM (
       SELECT ${COLUMNS}, row_number() OVER (PARTITION BY t.revoked_at IS NULL AND t.expires_at > now() ORDER BY t.created_at DESC, t.id) AS place
       FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE $1::text IS NULL OR t.user_id = $1
     ) listed WHERE state = 'usable' OR place <= 200 ORDER BY state <> 'usable', created_at DESC, id`,
    [input.everyone ? null : person.userId],
  )
  return rows.map(viewOf)
}

/** It works no more, from the next request on. One's own; admins may revoke anyone's. Throws `not-found`, `forbidden`. */
export async function revokeApiToken(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'token.list')
  const { rows } = await app.db.pool.query<{ user_id: string }>('SELECT user_id FROM api_tokens WHERE id = $1', [input.id])
  if (!rows[0]) throw new SondeError('not-found', 'there is no such token')
  authorize(actor, 'token.revoke', { ownerId: rows[0].user_id })
  await revoke(app, input.id)
}

/** Gives back the token that the request came with. Throws `unprocessable` where it came with none. */
export async function revokeOwnToken(actor: Actor, app: App): Promise<void> {
  const { tokenId } = authorize(actor, 'token.revoke-self')
  if (tokenId === undefined) throw new SondeError('unprocessable', 'this request came without a token')
  await revoke(app, tokenId)
}

async function revoke(app: App, id: string): Promise<void> {
  await app.db.pool.query('UPDATE api_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [id])
}

/** Who this request acts as, and with which token. Throws `unprocessable` where it came with none. */
export async function readOwnToken(actor: Actor, app: App): Promise<{ person: SignedIn; token: ApiTokenView }> {
  const person = authorize(actor, 'token.read-self')
  const { rows } = await app.db.pool.query<Row>(`SELECT ${COLUMNS} FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = $1`, [
    person.tokenId ?? '',
  ])
  if (!rows[0]) throw new SondeError('unprocessable', 'this request came without a token')
  return { person, token: viewOf(rows[0]) }
}

/** The person that a token acts as, with the role that they have now; null for one that does not work (any more). */
export async function authenticateApiToken(app: App, token: string): Promise<SignedIn | null> {
  if (!isToken('api', token)) return null
  const { rows } = await app.db.pool.query<{
    id: string
    scopes: string[]
    user_id: string
    user_name: string
    role: string
    stale: boolean
  }>(
    `SELECT t.id, t.scopes, t.user_id, u.name AS user_name, u.role,
       t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS stale
     FROM api_tokens t JOIN users u ON u.id = t.user_id
     WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now()`,
    [hashToken(token)],
  )
  const row = rows[0]
  if (!row) return null
  // To the minute: a write for every request would cost more than the request.
  if (row.stale) await app.db.pool.query('UPDATE api_tokens SET last_used_at = now() WHERE id = $1', [row.id])
  return {
    kind: 'user',
    userId: row.user_id,
    name: row.user_name,
    role: roleSchema.parse(row.role),
    scopes: knownScopes(row.scopes),
    tokenId: row.id,
  }
}

/** A scope that a later version gave and this one does not know gives nothing. */
const knownScopes = (scopes: readonly string[]): Scope[] => scopes.flatMap((scope) => scopeSchema.safeParse(scope).data ?? [])

function viewOf(row: Row): ApiTokenView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: knownScopes(row.scopes),
    person: { id: row.user_id, name: row.user_name },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    state: row.state,
  }
}
