import { type Actor, type CaptureReason, roleSchema, SondeError, type StartCaptureInput } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { startCapture } from './start-capture.ts'

/** A person as they are now, for what acts in their name later: with the role they have today. Null: there is no such account (any more). */
export async function actorOfPerson(db: Queryable, personId: string): Promise<Extract<Actor, { kind: 'user' }> | null> {
  const { rows } = await db.query<{ name: string; role: string }>('SELECT name, role FROM users WHERE id = $1', [personId])
  return rows[0] ? { kind: 'user', userId: personId, name: rows[0].name, role: roleSchema.parse(rows[0].role) } : null
}

/**
 * Starts a capture that nobody pressed Start for, in the name of whoever set that up (a rule, a chat command) and with the role that
 * this person has now; the reason stands on the capture. Throws `forbidden` where the person is gone or may not start captures any
 * more, `not-found` for an unknown host.
 */
export async function startCaptureAs(app: App, personId: string, input: StartCaptureInput, reason: CaptureReason): Promise<{ id: string }> {
  const person = await actorOfPerson(app.db.pool, personId)
  if (person === null) throw new SondeError('forbidden', 'whoever set this up has no account any more')
  return await startCapture(person, app, input, reason)
}
