import { THRESHOLD_METRIC_WORDS, type ThresholdTrip } from '@sonde/contract'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { startForRule } from './fire-rule.ts'
import { RULE_COLUMNS, type RuleRow, readableRule } from './rule-row.ts'
import { thresholdWords } from './rule-words.ts'

/**
 * Thresholds that tripped on a host, as it says: each asks its rule for a capture of this host alone. A report that comes again is answered
 * from the rule's history; one for a rule that is gone, cannot be read, or waits for something else now, is dropped: the host would tell
 * of it with every heartbeat.
 */
export async function fireTrips(host: AgentHost, app: App, trips: readonly ThresholdTrip[]): Promise<void> {
  for (const trip of trips) {
    const { rows } = await app.db.pool.query<RuleRow>(`SELECT ${RULE_COLUMNS} FROM rules r WHERE r.id = $1`, [trip.ruleId])
    const trigger = rows[0] && readableRule(rows[0])?.trigger
    if (trigger?.kind !== 'threshold' || trigger.metric !== trip.metric) continue
    const { unit } = THRESHOLD_METRIC_WORDS[trip.metric]
    await startForRule(app, trip.ruleId, {
      cause: `${capitalise(thresholdWords(trigger))} on ${host.name} (never below ${Number(trip.value.toFixed(1))}${unit})`,
      key: `trip ${host.id} ${trip.trippedAtMs}`,
      hostIds: [host.id],
    })
  }
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
