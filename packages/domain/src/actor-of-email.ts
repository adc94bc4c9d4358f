import { type Actor, roleSchema } from '@sonde/contract'
import type { Queryable } from '@sonde/db'

/**
 * The person with this e-mail address, as they are now, for whoever has proved in another way that it is theirs (a chat that knows its
 * people by confirmed addresses). Case is ignored. Null where there is none, or where two accounts differ in case alone: then it says nothing.
 */
export async function actorOfEmail(db: Queryable, email: string): Promise<Extract<Actor, { kind: 'user' }> | null> {
  const { rows } = await db.query<{ id: string; name: string; role: string }>(
    'SELECT id, name, role FROM users WHERE lower(email) = lower($1) LIMIT 2',
    [email],
  )
  const [row] = rows
  return row && rows.length === 1 ? { kind: 'user', userId: row.id, name: row.name, role: roleSchema.parse(row.role) } : null
}
