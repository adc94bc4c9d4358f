import { SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { hashToken, isToken } from './tokens.ts'

/** The machine that asks, proven by its token. The first argument of every use case that agents call. */
export type AgentHost = { id: string; name: string }

/** Whose token this is. Throws `not-signed-in` for one that is not (any more) valid. */
export async function authenticateAgent(app: App, token: string): Promise<AgentHost> {
  if (isToken('agent', token)) {
    const { rows } = await app.db.pool.query<AgentHost>('SELECT id, name FROM hosts WHERE agent_token_hash = $1 AND removed_at IS NULL', [
      hashToken(token),
    ])
    if (rows[0]) return rows[0]
  }
  throw new SondeError('not-signed-in', 'this agent token is not valid (any more): enrol again with a join token')
}
