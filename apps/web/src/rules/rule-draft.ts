import {
  formatMatchers,
  parseMatchers,
  RULE_LIMITS,
  type RuleInput,
  type RuleTrigger,
  type RuleTriggerKind,
  ruleInputSchema,
  ruleTriggerSchema,
  THRESHOLD_FOR_S,
  THRESHOLD_METRIC_WORDS,
  type ThresholdMetric,
} from '@sonde/contract'
import { type CaptureDraft, type DraftProblem, draftOfSpec, parseDraft, specOf } from '../new-capture/draft.ts'

/** The form of a rule. All kinds of trigger are kept while it is open; `kind` says which one counts. */
export type RuleDraft = {
  name: string
  kind: RuleTriggerKind
  schedule: { cron: string; timeZone: string }
  alert: { matchers: string; narrow: boolean }
  threshold: { metric: ThresholdMetric; above: number; clearBelow: number; forS: number }
  deploy: { service: string; delayS: number }
  hostsBy: 'search' | 'hosts'
  search: string
  /** What to record; of its hosts nothing is taken but those that were picked. */
  capture: CaptureDraft
  maxHosts: number
  maxPerDay: number
  coolDownS: number
}

export function emptyRuleDraft(timeZone: string, capture: CaptureDraft = parseDraft(new URLSearchParams())): RuleDraft {
  return {
    name: '',
    kind: 'schedule',
    schedule: { cron: '0 3 * * *', timeZone },
    alert: { matchers: '', narrow: true },
    threshold: thresholdOf('pressure-io'),
    deploy: { service: '*', delayS: 60 },
    hostsBy: capture.hostIds.length > 0 ? 'hosts' : 'search',
    search: '',
    capture,
    maxHosts: RULE_LIMITS.maxHosts.default,
    ...usualBounds('schedule'),
  }
}

/** A metric with its usual threshold. */
export function thresholdOf(metric: ThresholdMetric): RuleDraft['threshold'] {
  const above = THRESHOLD_METRIC_WORDS[metric].default
  return { metric, above, clearBelow: Math.max(1, Math.round(above / 2)), forS: THRESHOLD_FOR_S.default }
}

export function usualBounds(kind: RuleTriggerKind): Pick<RuleDraft, 'maxPerDay' | 'coolDownS'> {
  const sort = kind === 'schedule' ? 'scheduled' : 'armed'
  return { maxPerDay: RULE_LIMITS.maxPerDay[sort], coolDownS: RULE_LIMITS.coolDownS[sort] }
}

export function draftOfRule(rule: RuleInput, timeZone: string): RuleDraft {
  const draft = emptyRuleDraft(timeZone, draftOfSpec(rule.spec, rule.hosts.by === 'hosts' ? rule.hosts.hostIds : []))
  const { trigger } = rule
  return {
    ...draft,
    name: rule.name,
    kind: trigger.kind,
    ...(trigger.kind === 'schedule' ? { schedule: { cron: trigger.cron, timeZone: trigger.timeZone } } : {}),
    ...(trigger.kind === 'alert' ? { alert: { matchers: formatMatchers(trigger.matchers), narrow: trigger.narrow } } : {}),
    ...(trigger.kind === 'threshold'
      ? { threshold: { metric: trigger.metric, above: trigger.above, clearBelow: trigger.clearBelow, forS: trigger.forS } }
      : {}),
    ...(trigger.kind === 'deploy' ? { deploy: { service: trigger.service, delayS: trigger.delayS } } : {}),
    hostsBy: rule.hosts.by,
    search: rule.hosts.by === 'search' ? rule.hosts.search : '',
    maxHosts: rule.maxHosts,
    maxPerDay: rule.maxPerDay,
    coolDownS: rule.coolDownS,
  }
}

export type MadeTrigger = { ok: true; trigger: RuleTrigger } | { ok: false; message: string }

/** The trigger that counts, or what is wrong with its form; whether a schedule is one, the server says. */
export function triggerOf(draft: RuleDraft): MadeTrigger {
  if (draft.kind === 'alert') {
    const matchers = parseMatchers(draft.alert.matchers)
    if (matchers === null) return { ok: false, message: 'Labels are written as severity=critical team!="my team".' }
    return { ok: true, trigger: { kind: 'alert', matchers, narrow: draft.alert.narrow } }
  }
  const parsed = ruleTriggerSchema.safeParse({ kind: draft.kind, ...draft[draft.kind] })
  return parsed.success ? { ok: true, trigger: parsed.data } : { ok: false, message: sentence(parsed.error.issues[0]?.message) }
}

export function hostsOf(draft: RuleDraft): RuleInput['hosts'] | null {
  if (draft.hostsBy === 'hosts') return draft.capture.hostIds.length === 0 ? null : { by: 'hosts', hostIds: draft.capture.hostIds }
  const search = draft.search.trim()
  return search === '' ? null : { by: 'search', search }
}

/** Where something is wrong: a part of the rule, or of what it records. */
export type RuleProblem =
  | { part: 'name' | 'trigger' | 'hosts'; message: string }
  | { part: 'capture'; problem: DraftProblem; message: string }
export type MadeRule = { ok: true; rule: RuleInput } | { ok: false; problem: RuleProblem }

/** The draft as a rule that the server takes, or what is missing, in words. */
export function ruleOf(draft: RuleDraft, enabled: boolean): MadeRule {
  const trigger = triggerOf(draft)
  if (!trigger.ok) return { ok: false, problem: { part: 'trigger', message: trigger.message } }
  const hosts = hostsOf(draft)
  if (hosts === null)
    return {
      ok: false,
      problem: { part: 'hosts', message: draft.hostsBy === 'hosts' ? 'Pick at least one host.' : 'Say which hosts, as in env=prod.' },
    }
  // A rule outlives every process: with two hosts, no filter by pid is taken.
  const made = specOf({ ...draft.capture, hostIds: ['any-host', 'other-host'] })
  if (!made.ok) return { ok: false, problem: { part: 'capture', problem: made.problem, message: made.problem.message } }
  if (draft.name.trim() === '') return { ok: false, problem: { part: 'name', message: 'Give it a name.' } }
  const { maxHosts, maxPerDay, coolDownS } = draft
  const parsed = ruleInputSchema.safeParse({
    name: draft.name,
    enabled,
    trigger: trigger.trigger,
    spec: made.spec,
    hosts,
    maxHosts,
    maxPerDay,
    coolDownS,
  })
  if (parsed.success) return { ok: true, rule: parsed.data }
  return { ok: false, problem: { part: 'trigger', message: sentence(parsed.error.issues[0]?.message) } }
}

const sentence = (text = 'this is no rule'): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
