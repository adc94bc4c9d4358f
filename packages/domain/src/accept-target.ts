import type { TargetRef, TargetReply } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { lockTarget, reoffer, replyOf, step } from './lock-target.ts'
import { ACTIVE_STATES } from './target-transitions.ts'

/**
 * The agent takes the target on; before this succeeds it attaches nothing. A repeated call, after a lost reply, gets the state
 * that the target has by now. Throws `not-found`, `conflict` with the state where it ended meanwhile (cancelled, expired).
 */
export async function acceptTarget(host: AgentHost, app: App, ref: TargetRef): Promise<TargetReply> {
  return await inTransaction(app.db.pool, async (client) => {
    const target = await reoffer(client, await lockTarget(client, host, ref))
    if (ACTIVE_STATES.some((s) => s === target.state)) return replyOf(target)
    return replyOf(await step(client, target, 'accept'))
  })
}
