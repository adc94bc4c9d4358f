import { createHash } from 'node:crypto'
import {
  type Alert,
  type AlertAnswer,
  type AlertmanagerPayload,
  alertmanagerPayloadSchema,
  matchesLabels,
  ruleTriggerSchema,
  SondeError,
} from '@sonde/contract'
import type { App } from './app.ts'
import { startForRule } from './fire-rule.ts'
import { hashToken, isToken } from './tokens.ts'

/** Labels that name a host, the first that an alert has. */
const HOST_LABELS = ['instance', 'host', 'node', 'hostname'] as const

/**
 * A notification of Alertmanager for one rule, proven by the rule's token. Starts a capture for a group of firing alerts once, however
 * often Alertmanager repeats itself: again only when an alert of the group has begun since. Throws `not-signed-in` for a wrong token,
 * `conflict` for a rule that waits for something else, `unprocessable` for what is no such notification.
 */
export async function receiveAlert(app: App, input: { ruleId: string; token: string; body: unknown }): Promise<AlertAnswer> {
  const trigger = await triggerOf(app, input)
  const parsed = alertmanagerPayloadSchema.safeParse(input.body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new SondeError(
      'unprocessable',
      `not a notification of Alertmanager: ${issue?.path.join('.') || 'the body'}: ${issue?.message ?? ''}`,
    )
  }
  const payload = parsed.data
  const firing = payload.alerts.filter((alert) => alert.status === 'firing')
  if (payload.status === 'resolved' || firing.length === 0)
    return { outcome: 'resolved', message: 'noted: nothing is firing (any more)', captureId: null }
  const matching = firing.filter((alert) => matchesLabels(trigger.matchers, alert.labels))
  const [first] = matching
  if (!first) return { outcome: 'unmatched', message: `none of ${firing.length} firing alerts matches this rule`, captureId: null }
  const hostNames = trigger.narrow ? [...new Set(matching.flatMap(hostNameOf))].slice(0, 2_000) : []
  const key = await keyOf(app, input.ruleId, payload, matching)
  if (key === null) return { outcome: 'duplicate', message: 'this rule has started a capture for it already', captureId: null }
  const fired = await startForRule(app, input.ruleId, {
    cause: causeOf(payload, matching, first),
    key,
    ...(hostNames.length > 0 ? { hostNames } : {}),
    ...urlOf(payload, first),
  })
  return { outcome: fired.outcome, message: fired.message, captureId: fired.captureId }
}

async function triggerOf(app: App, { ruleId, token }: { ruleId: string; token: string }) {
  const { rows } = isToken('rule', token)
    ? await app.db.pool.query<{ trigger: unknown }>('SELECT trigger FROM rules WHERE id = $1 AND token_hash = $2', [
        ruleId,
        hashToken(token),
      ])
    : { rows: [] }
  if (!rows[0]) throw new SondeError('not-signed-in', 'this is not the token of this rule: make a new one on its page')
  const trigger = ruleTriggerSchema.parse(rows[0].trigger)
  if (trigger.kind !== 'alert') throw new SondeError('conflict', 'this rule does not wait for alerts any more')
  return trigger
}

function hostNameOf(alert: Alert): string[] {
  for (const label of HOST_LABELS) {
    const value = Object.hasOwn(alert.labels, label) ? alert.labels[label] : undefined
    if (value !== undefined && value.trim() !== '') return [value.slice(0, 253)]
  }
  return []
}

/**
 * The group and when its youngest matching alert began. Null where a capture was started for this group and as young an alert already:
 * Alertmanager repeats a group while it fires, and tells of those that remain when some have been resolved.
 */
async function keyOf(app: App, ruleId: string, payload: AlertmanagerPayload, matching: readonly Alert[]): Promise<string | null> {
  const group = `alert ${createHash('sha256').update(payload.groupKey).digest('hex')} `
  const began = new Date(Math.max(...matching.map((alert) => Date.parse(alert.startsAt)))).toISOString()
  const { rows } = await app.db.pool.query(
    'SELECT FROM rule_firings WHERE rule_id = $1 AND starts_with(key, $2) AND key > $3 COLLATE "C" LIMIT 1',
    [ruleId, group, `${group}${began}`],
  )
  return rows.length > 0 ? null : `${group}${began}`
}

/** "HighIOWait is firing on db-1:9100: I/O wait above 40 % (and 2 more alerts)". */
function causeOf(payload: AlertmanagerPayload, matching: readonly Alert[], first: Alert): string {
  const text = (value: string | undefined): string => (value ?? '').trim().slice(0, 200)
  const name = text(first.labels.alertname) || text(payload.groupLabels.alertname) || 'An alert'
  const hosts = hostNameOf(first).map((host) => ` on ${text(host)}`)
  const summary = text(first.annotations.summary) || text(first.annotations.description)
  const more = matching.length - 1 + payload.truncatedAlerts
  return `${name} is firing${hosts[0] ?? ''}${summary ? `: ${summary}` : ''}${more > 0 ? ` (and ${more} more ${more === 1 ? 'alert' : 'alerts'})` : ''}`
}

function urlOf(payload: AlertmanagerPayload, alert: Alert): { url?: string } {
  const url = [alert.generatorURL, payload.externalURL].find((text) => /^https?:\/\//.test(text) && URL.canParse(text))
  return url === undefined ? {} : { url }
}
