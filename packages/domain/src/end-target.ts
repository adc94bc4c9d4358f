import type { EndReport, TargetRef, TargetReply } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { forgetTerms } from './index-captures.ts'
import { lockTarget, reoffer, replyOf, step } from './lock-target.ts'
import type { TransitionName } from './target-transitions.ts'
import type { TargetChanges } from './transition-target.ts'

const TRANSITION = { refused: 'refuse', failed: 'fail', cancelled: 'stop' } as const satisfies Record<EndReport['state'], TransitionName>

/**
 * The agent ends a target without (all of) a result, and says why; what was uploaded stays. Repeating it changes nothing.
 * Throws `not-found`, `conflict` with the state.
 */
export async function endTarget(host: AgentHost, app: App, ref: TargetRef, report: EndReport): Promise<TargetReply> {
  return await inTransaction(app.db.pool, async (client) => {
    const target = await reoffer(client, await lockTarget(client, host, ref))
    if (target.state === report.state) return replyOf(target)
    const changes: TargetChanges = report.message === '' ? {} : { message: report.message }
    if (report.state !== 'cancelled') changes.reason = report.reason ?? 'internal'
    if (report.quality) changes.quality = report.quality
    const ended = await step(client, target, TRANSITION[report.state], changes)
    await forgetTerms(client, ref.captureId)
    return replyOf(ended)
  })
}
