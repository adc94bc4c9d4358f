import { type QueryAnswer, SondeError } from '@sonde/contract'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { storableJson } from './storable.ts'

/** The agent's answer to a question; the first one counts. Throws `not-found` when nobody waits for it (any more). */
export async function answerQuery(host: AgentHost, app: App, input: { id: string; answer: QueryAnswer }): Promise<void> {
  const { rowCount } = await app.db.pool.query(
    `UPDATE host_queries SET answer = $3, answered_at = now() WHERE id = $1 AND host_id = $2 AND answered_at IS NULL AND expires_at > now()`,
    [input.id, host.id, storableJson(input.answer)],
  )
  if (rowCount === 0) throw new SondeError('not-found', 'nobody waits for this answer (any more)')
}
