import type { RunningReport, TargetRef, TargetReply } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { lockTarget, replyOf, step } from './lock-target.ts'

/** Probes are attached, by these commands. Repeating it changes nothing. Throws `not-found`, `conflict` with the state. */
export async function runTarget(host: AgentHost, app: App, ref: TargetRef, report: RunningReport): Promise<TargetReply> {
  return await inTransaction(app.db.pool, async (client) => {
    const target = await lockTarget(client, host, ref)
    if (target.state === 'running' || target.state === 'uploading') return replyOf(target)
    return replyOf(await step(client, target, 'run', { commands: report.commands }))
  })
}
