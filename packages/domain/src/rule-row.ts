import {
  captureSpecSchema,
  type RuleFiring,
  type RuleInput,
  type RuleView,
  ruleFiringSchema,
  ruleHostsSchema,
  ruleTriggerSchema,
} from '@sonde/contract'
import { z } from 'zod'
import { triggerWords } from './rule-words.ts'

/** A row of `rules`, as the fire use case and the views read it. */
export type RuleRow = {
  id: string
  name: string
  enabled: boolean
  trigger: unknown
  spec: unknown
  hosts: unknown
  max_hosts: number
  max_per_day: number
  cool_down_s: number
  created_by_id: string
  created_at: Date
  updated_by_id: string
  updated_at: Date
  disabled_reason: string | null
  last_fired_at: Date | null
  next_due_at: Date | null
  token_made_at: Date | null
}

export const RULE_COLUMNS = `r.id, r.name, r.enabled, r.trigger, r.spec, r.hosts, r.max_hosts, r.max_per_day, r.cool_down_s, r.created_by_id,
  r.created_at, r.updated_by_id, r.updated_at, r.disabled_reason, r.last_fired_at, r.next_due_at, r.token_made_at`

/** SQL on a rule `r`: captures that it started in the last 24 hours. A capture that was deleted since counts. */
export const FIRED_TODAY_SQL = `(SELECT count(*)::int FROM rule_firings WHERE rule_id = r.id AND outcome = 'started' AND at > now() - interval '1 day')`

/** The rule's settings; throws where the row is not what the contract says. */
export function ruleInputOf(row: RuleRow): RuleInput {
  return {
    name: row.name,
    enabled: row.enabled,
    trigger: ruleTriggerSchema.parse(row.trigger),
    spec: captureSpecSchema.parse(row.spec),
    hosts: ruleHostsSchema.parse(row.hosts),
    maxHosts: row.max_hosts,
    maxPerDay: row.max_per_day,
    coolDownS: row.cool_down_s,
  }
}

/** The same, or null: of a rule of another version of Sonde. */
export function readableRule(row: RuleRow): RuleInput | null {
  try {
    return ruleInputOf(row)
  } catch (error) {
    if (error instanceof z.ZodError) return null
    throw error
  }
}

export type FiringRow = {
  firing_id: string
  at: Date
  last_at: Date
  times: number
  outcome: string
  cause: string
  refusal: string | null
  capture_id: string | null
  capture_title: string | null
}

/** SQL: firings `f` with the captures that they started, where those still exist. */
export const FIRING_COLUMNS = `f.id AS firing_id, f.at, f.last_at, f.times, f.outcome, f.cause, f.refusal, c.id AS capture_id, c.title AS capture_title`
export const FIRING_CAPTURE_JOIN = 'LEFT JOIN captures c ON c.id = f.capture_id AND c.deleted_at IS NULL'

export function firingOf(row: FiringRow): RuleFiring {
  return ruleFiringSchema.parse({
    id: row.firing_id,
    at: row.at,
    lastAt: row.last_at,
    times: row.times,
    outcome: row.outcome,
    cause: row.cause,
    refusal: row.refusal,
    capture: row.capture_id === null ? null : { id: row.capture_id, title: row.capture_title ?? '' },
  })
}

export type RuleViewRow = RuleRow & { created_by: string; updated_by: string; fired_today: number } & {
  [K in keyof FiringRow]: FiringRow[K] | null
}

export function ruleViewOf(row: RuleViewRow): RuleView {
  const input = ruleInputOf(row)
  return {
    ...input,
    id: row.id,
    createdAt: row.created_at,
    createdBy: { id: row.created_by_id, name: row.created_by },
    updatedAt: row.updated_at,
    updatedBy: { id: row.updated_by_id, name: row.updated_by },
    disabledReason: row.disabled_reason,
    lastFiredAt: row.last_fired_at,
    nextDueAt: row.next_due_at,
    triggerWords: triggerWords(input.trigger),
    firedToday: row.fired_today,
    tokenMadeAt: row.token_made_at,
    last: isFiring(row) ? firingOf(row) : null,
  }
}

const isFiring = (row: RuleViewRow): row is RuleViewRow & FiringRow => row.firing_id !== null
