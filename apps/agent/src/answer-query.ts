import type { HostFacts, HostQuery, QueryAnswer } from '@sonde/contract'
import { errorText } from './durable-file.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { Tracing } from './tracing.ts'

/** Answers what a person asks of the live host while setting up a capture. Never throws. */
export async function answerQuery(query: HostQuery, tracing: Tracing, facts: HostFacts, killSwitch: KillSwitch): Promise<QueryAnswer> {
  try {
    if (query.kind === 'processes') return { kind: 'processes', processes: await tracing.listProcesses() }
    if (await killSwitch.isOn()) return { kind: 'plan', preview: { ok: false, reason: 'disabled', message: killSwitch.sentence } }
    return { kind: 'plan', preview: await tracing.preview(query.spec, facts) }
  } catch (error) {
    return { kind: 'error', message: errorText(error) }
  }
}
