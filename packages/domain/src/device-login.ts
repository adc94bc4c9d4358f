import { randomInt } from 'node:crypto'
import {
  type Actor,
  DEVICE_LOGIN,
  type DeviceCode,
  type DeviceError,
  type DeviceLoginView,
  formatUserCode,
  type NewApiToken,
  readUserCode,
  type Scope,
  SondeError,
  scopeSchema,
  TOKEN_DAYS,
  USER_CODE_ALPHABET,
  USER_CODE_LENGTH,
} from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import { issueApiToken } from './api-tokens.ts'
import type { App } from './app.ts'
import { authorize, authorizePublic } from './authorize.ts'
import { storableText } from './storable.ts'
import { hashToken, isToken, newToken } from './tokens.ts'

/** Logins that wait at once. They come from strangers, so there is an end to them. */
const MOST_WAITING = 1_000

/**
 * A program without a browser asks to act as somebody (RFC 8628, 3.1): gets a code for itself, and one for a person to type at
 * `/device`. Throws `conflict` where too many wait.
 */
export async function startDeviceLogin(app: App, input: { deviceName: string; scopes: readonly Scope[] }): Promise<DeviceCode> {
  authorizePublic('device.start')
  const { token: deviceCode, hash } = newToken('device')
  await app.db.pool.query('DELETE FROM device_logins WHERE expires_at < now()')
  for (let attempt = 0; attempt < 5; attempt++) {
    const userCode = newUserCode()
    const { rowCount } = await app.db.pool.query(
      `INSERT INTO device_logins (id, device_hash, user_code, device_name, scopes, expires_at, interval_s)
       SELECT $1, $2, $3, $4, $5, now() + $6 * interval '1 second', $7 WHERE (SELECT count(*) FROM device_logins) < $8
       ON CONFLICT (user_code) DO NOTHING`,
      [
        app.newId(),
        hash,
        userCode,
        storableText(input.deviceName),
        [...input.scopes],
        DEVICE_LOGIN.expiresIn,
        DEVICE_LOGIN.interval,
        MOST_WAITING,
      ],
    )
    if (rowCount === 1) {
      const page = `${app.urls.web}/device`
      return {
        device_code: deviceCode,
        user_code: formatUserCode(userCode),
        verification_uri: page,
        verification_uri_complete: `${page}?code=${formatUserCode(userCode)}`,
        expires_in: DEVICE_LOGIN.expiresIn,
        interval: DEVICE_LOGIN.interval,
      }
    }
  }
  throw new SondeError('conflict', 'too many programs wait to be let in: try again in a few minutes')
}

function newUserCode(): string {
  return Array.from({ length: USER_CODE_LENGTH }, () => USER_CODE_ALPHABET[randomInt(USER_CODE_ALPHABET.length)]).join('')
}

/**
 * The program asks whether it was let in (RFC 8628, 3.4 and 3.5). The token is made here, once, so that it is never stored. One that
 * polls faster than it was told gets `slow_down`, and five more seconds to wait.
 */
export async function pollDeviceLogin(app: App, input: { deviceCode: string }): Promise<NewApiToken | DeviceError> {
  authorizePublic('device.poll')
  if (!isToken('device', input.deviceCode)) return 'invalid_grant'
  return await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{
      id: string
      state: string
      device_name: string
      scopes: string[]
      answered_by_id: string | null
      expired: boolean
      hasty: boolean
    }>(
      `SELECT id, state, device_name, scopes, answered_by_id, expires_at <= now() AS expired,
         polled_at IS NOT NULL AND polled_at > now() - (interval_s - 0.5) * interval '1 second' AS hasty
       FROM device_logins WHERE device_hash = $1 FOR UPDATE`,
      [hashToken(input.deviceCode)],
    )
    const row = rows[0]
    if (!row || row.expired) return row ? 'expired_token' : 'invalid_grant'
    if (row.state === 'used') return 'invalid_grant'
    if (row.state === 'denied') return 'access_denied'
    await client.query('UPDATE device_logins SET polled_at = now(), interval_s = interval_s + $2 WHERE id = $1', [
      row.id,
      row.hasty ? DEVICE_LOGIN.interval : 0,
    ])
    if (row.hasty) return 'slow_down'
    if (row.state === 'waiting' || row.answered_by_id === null) return 'authorization_pending'
    await client.query(`UPDATE device_logins SET state = 'used' WHERE id = $1`, [row.id])
    return await issueApiToken(client, app.newId(), row.answered_by_id, {
      name: row.device_name.slice(0, 80),
      scopes: row.scopes.flatMap((scope) => scopeSchema.safeParse(scope).data ?? []),
      days: TOKEN_DAYS.default,
    })
  })
}

/** What asks with this code, for the person who is to say yes or no. Throws `not-found`; `forbidden` after too many wrong codes. */
export async function readDeviceLogin(actor: Actor, app: App, input: { userCode: string }): Promise<DeviceLoginView> {
  const person = authorize(actor, 'device.answer')
  const nowMs = app.clock.now().getTime()
  if (app.deviceGuesses.isBlocked(person.userId, nowMs))
    throw new SondeError('forbidden', 'too many codes that nobody asks with: wait a minute')
  const { rows } = await app.db.pool.query<{ device_name: string; scopes: string[]; created_at: Date; expires_at: Date }>(
    `SELECT device_name, scopes, created_at, expires_at FROM device_logins WHERE user_code = $1 AND state = 'waiting' AND expires_at > now()`,
    [readUserCode(input.userCode) ?? ''],
  )
  const row = rows[0]
  if (!row) {
    app.deviceGuesses.failed(person.userId, nowMs)
    throw new SondeError('not-found', 'nothing waits with this code: it may have expired, or be answered already')
  }
  return {
    userCode: formatUserCode(readUserCode(input.userCode) ?? ''),
    deviceName: row.device_name,
    scopes: row.scopes.flatMap((scope) => scopeSchema.safeParse(scope).data ?? []),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

/** The person's yes or no, once. Throws `not-found` where nothing waits with this code (any more). */
export async function answerDeviceLogin(actor: Actor, app: App, input: { userCode: string; allow: boolean }): Promise<void> {
  const person = authorize(actor, 'device.answer')
  await readDeviceLogin(actor, app, input)
  const { rowCount } = await app.db.pool.query(
    `UPDATE device_logins SET state = $2, answered_by_id = $3 WHERE user_code = $1 AND state = 'waiting' AND expires_at > now()`,
    [readUserCode(input.userCode) ?? '', input.allow ? 'allowed' : 'denied', person.userId],
  )
  if (rowCount === 0) throw new SondeError('not-found', 'somebody else has answered this code meanwhile')
}
