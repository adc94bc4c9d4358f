import {
  type Actor,
  type HostLoad,
  type RuleHosts,
  type RulePreview,
  type RuleTrigger,
  SondeError,
  type ThresholdMetric,
} from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { checkSchedule, nextTimes } from './cron-schedule.ts'
import { hostsOfRule } from './rule-hosts.ts'
import { triggerWords } from './rule-words.ts'

/** What a drafted rule would do now: its trigger in words, its next times, its hosts. Never throws for what is wrong with the draft. */
export async function previewRule(actor: Actor, app: App, draft: { trigger: RuleTrigger; hosts: RuleHosts }): Promise<RulePreview> {
  authorize(actor, 'rule.create')
  const { trigger } = draft
  const hosts = await hostsOfRule(app.db.pool, draft.hosts)
  const online = hosts.filter((host) => host.online)
  const blind = trigger.kind === 'threshold' ? online.filter((host) => !measures(host.load, trigger.metric)) : []
  return {
    ...readTrigger(trigger, app.clock.now()),
    hosts: { matching: hosts.length, online: online.length, names: online.slice(0, 10).map((host) => host.name) },
    blind: { hosts: blind.length, reason: blind[0]?.load?.pressureProblem ?? (blind.length > 0 ? 'its agent does not say' : null) },
  }
}

function readTrigger(trigger: RuleTrigger, now: Date): Pick<RulePreview, 'trigger' | 'nextAt'> {
  try {
    if (trigger.kind === 'schedule') checkSchedule(trigger, now)
    return {
      trigger: { ok: true, words: triggerWords(trigger) },
      nextAt: trigger.kind === 'schedule' ? nextTimes(trigger, now, 3) : [],
    }
  } catch (error) {
    if (!(error instanceof SondeError)) throw error
    return { trigger: { ok: false, message: error.message }, nextAt: [] }
  }
}

/** Whether the host said the last time that it can tell this. */
function measures(load: HostLoad | null, metric: ThresholdMetric): boolean {
  switch (metric) {
    case 'pressure-cpu':
      return (load?.pressure?.cpu ?? null) !== null
    case 'pressure-io':
      return (load?.pressure?.io ?? null) !== null
    case 'pressure-memory':
      return (load?.pressure?.memory ?? null) !== null
    case 'run-queue':
      return (load?.runQueue ?? null) !== null
    case 'iowait':
      return (load?.ioWait ?? null) !== null
  }
}
