import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'

/** The host id that the agent of this state folder got when it enrolled; null before that. */
function enrolledHostId(stateDir: string): string | null {
  try {
    const identity: unknown = JSON.parse(readFileSync(path.join(stateDir, 'identity.json'), 'utf8'))
    return typeof identity === 'object' && identity !== null && 'hostId' in identity ? String(identity.hostId) : null
  } catch {
    return null
  }
}

async function query(databaseUrl: string, sql: string, values: unknown[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}

/** Whether this database knows the agent of that state folder: if not, it needs a join token to enrol. */
export async function isEnrolled(databaseUrl: string, stateDir: string): Promise<boolean> {
  const hostId = enrolledHostId(stateDir)
  return hostId !== null && (await query(databaseUrl, 'SELECT 1 FROM hosts WHERE id = $1 AND removed_at IS NULL', [hostId])).length > 0
}

/** Whether the agent has been heard of since `since`. */
export async function isHeardOf(databaseUrl: string, stateDir: string, since: Date): Promise<boolean> {
  const hostId = enrolledHostId(stateDir)
  return (
    hostId !== null && (await query(databaseUrl, 'SELECT 1 FROM hosts WHERE id = $1 AND last_seen_at >= $2', [hostId, since])).length > 0
  )
}
