import { type EnrolRequest, type EnrolResponse, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { storableJson, storableText } from './storable.ts'
import { hashToken, isToken, newToken } from './tokens.ts'

/**
 * Makes a host of whoever holds a join token, or gives a machine that is known already a new agent token (the old one ends):
 * its captures stay with it. Repeating the call with the same join token, since the answer got lost, costs no second use.
 * A holder of a join token who also knows another machine's key could take that host's place: both are secrets of the fleet.
 * Throws `not-signed-in` for a join token that is not (any more) valid.
 */
export async function enrolHost(app: App, request: EnrolRequest): Promise<EnrolResponse> {
  const agent = newToken('agent')
  const hostId = await inTransaction(app.db.pool, async (client) => {
    const tokenId = isToken('join', request.joinToken) ? await useToken(request.joinToken) : null
    if (tokenId === null) throw new SondeError('not-signed-in', 'this join token is unknown, used up, revoked or expired: make a new one')
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO hosts (id, machine_key, name, labels, facts, agent_token_hash, join_token_id, last_seen_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now())
       ON CONFLICT (machine_key) DO UPDATE SET name = excluded.name, labels = excluded.labels, facts = excluded.facts,
         agent_token_hash = excluded.agent_token_hash, join_token_id = excluded.join_token_id, last_seen_at = now(), removed_at = NULL
       RETURNING id`,
      [
        app.newId(),
        request.machineKey,
        hostName(request.facts.hostname),
        JSON.stringify(request.labels),
        storableJson(request.facts),
        agent.hash,
        tokenId,
      ],
    )
    if (!rows[0]) throw new Error('the database returned no row')
    return rows[0].id

    async function useToken(token: string): Promise<string | null> {
      const used = await client.query<{ id: string }>(
        `UPDATE join_tokens j SET uses = uses + 1 - again.times
         FROM (SELECT count(*)::int AS times FROM hosts h, join_tokens k
               WHERE k.token_hash = $1 AND h.join_token_id = k.id AND h.machine_key = $2) AS again
         WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now() AND uses - again.times < max_uses
         RETURNING j.id`,
        [hashToken(token), request.machineKey],
      )
      return used.rows[0]?.id ?? null
    }
  })
  return { hostId, agentToken: agent.token }
}

/** A host must have a name to be picked by. */
export function hostName(hostname: string): string {
  return storableText(hostname).trim() || 'unnamed host'
}
