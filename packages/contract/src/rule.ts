import * as z from 'zod'
import { matchersSchema } from './alert-matcher.ts'
import { captureSpecSchema } from './capture-spec.ts'
import { hostText, idSchema } from './text.ts'
import { thresholdSchema } from './threshold.ts'

/**
 * A rule starts captures while nobody looks: at a time, at an alert, when a host trips a threshold of its own, at a deploy. Its bounds
 * hold whatever pulls the trigger, and each host's own policy still decides on the host.
 */
export const RULE_TRIGGER_KINDS = ['schedule', 'alert', 'threshold', 'deploy'] as const
export type RuleTriggerKind = (typeof RULE_TRIGGER_KINDS)[number]

/** Five fields of crontab(5), as text; the server checks that it is a schedule, and not too frequent a one. */
export const cronSchema = z
  .string()
  .trim()
  .max(100)
  .regex(/^[0-9A-Za-z*/,\-?#]+( +[0-9A-Za-z*/,\-?#]+){4}$/, 'a schedule has five fields: minute, hour, day of month, month, day of week')
/** No rule fires more often than this by the clock. */
export const SCHEDULE_MIN_INTERVAL_MS = 5 * 60_000

export const ruleTriggerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('schedule'), cron: cronSchema, timeZone: z.string().trim().min(1).max(64) }).strict(),
  z
    .object({
      kind: z.literal('alert'),
      /** An alert that does not match all of them is left alone. */
      matchers: matchersSchema,
      /** Record only those of the rule's hosts that the alert names (labels `instance`, `host`, `node`), where it names any. */
      narrow: z.boolean(),
    })
    .strict(),
  z
    .object({ kind: z.literal('threshold') })
    .extend(thresholdSchema.shape)
    .strict(),
  z
    .object({
      kind: z.literal('deploy'),
      /** Name of the service; `*` stands for anything. */
      service: z
        .string()
        .trim()
        .regex(/^[A-Za-z0-9*][A-Za-z0-9*_.:/@+-]{0,126}$/, 'a service is letters, digits or _ . : / @ + - and * for anything'),
      /** From the deploy's end to the capture, so that caches are warm. */
      delayS: z.number().int().min(0).max(3_600),
    })
    .strict(),
])
export type RuleTrigger = z.infer<typeof ruleTriggerSchema>

/** Which hosts: those that a search of the page Hosts finds when the rule fires, or picked ones. */
export const ruleHostsSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('search'), search: z.string().trim().min(1, 'say which hosts, as in env=prod').max(500) }).strict(),
  z.object({ by: z.literal('hosts'), hostIds: z.array(idSchema).min(1, 'pick at least one host').max(500) }).strict(),
])
export type RuleHosts = z.infer<typeof ruleHostsSchema>

export const RULE_LIMITS = {
  maxPerDay: { min: 1, max: 288, scheduled: 24, armed: 10 },
  maxHosts: { min: 1, max: 500, default: 20 },
  coolDownS: { min: 0, max: 86_400, scheduled: 0, armed: 600 },
  /** Rules that may exist at once. */
  rules: 200,
} as const

const within = ({ min, max }: { min: number; max: number }) => z.number().int().min(min).max(max)

/** What a person fills in. */
export const ruleInputSchema = z.object({
  name: z.string().trim().min(1, 'give it a name').max(120),
  enabled: z.boolean(),
  trigger: ruleTriggerSchema,
  spec: captureSpecSchema,
  hosts: ruleHostsSchema,
  /** More hosts than this are left out, and the reason says so. */
  maxHosts: within(RULE_LIMITS.maxHosts),
  /** Captures in any 24 hours. */
  maxPerDay: within(RULE_LIMITS.maxPerDay),
  /** From one capture to the next, on the same host for thresholds. */
  coolDownS: within(RULE_LIMITS.coolDownS),
})
export type RuleInput = z.infer<typeof ruleInputSchema>

export const RULE_OUTCOMES = ['started', 'skipped', 'failed'] as const
export type RuleOutcome = (typeof RULE_OUTCOMES)[number]

/** One time that a rule was asked to start a capture, and what became of it. Repeats of the same answer are one row, counted. */
export const ruleFiringSchema = z.object({
  id: idSchema,
  at: z.date(),
  lastAt: z.date(),
  times: z.number().int().positive(),
  outcome: z.enum(RULE_OUTCOMES),
  /** What pulled the trigger. */
  cause: hostText(1_000),
  /** Why nothing was started; null: a capture was. */
  refusal: hostText(1_000).nullable(),
  capture: z.object({ id: idSchema, title: z.string() }).nullable(),
})
export type RuleFiring = z.infer<typeof ruleFiringSchema>

export const ruleViewSchema = ruleInputSchema.extend({
  id: idSchema,
  createdAt: z.date(),
  createdBy: z.object({ id: z.string(), name: z.string() }),
  updatedAt: z.date(),
  updatedBy: z.object({ id: z.string(), name: z.string() }),
  /** Why it turned itself off; null: it did not. */
  disabledReason: z.string().nullable(),
  lastFiredAt: z.date().nullable(),
  /** Of a schedule that is on. */
  nextDueAt: z.date().nullable(),
  /** "Every day at 03:00, Europe/Berlin". */
  triggerWords: z.string(),
  /** Captures that it started in the last 24 hours. */
  firedToday: z.number().int().nonnegative(),
  /** Of an alert rule: whether a token was made, and when. */
  tokenMadeAt: z.date().nullable(),
  /** The last answer, of whatever outcome. */
  last: ruleFiringSchema.nullable(),
})
export type RuleView = z.infer<typeof ruleViewSchema>

/** What a drafted rule would do now. */
export const rulePreviewSchema = z.object({
  /** The trigger in words, or what is wrong with it. */
  trigger: z.union([z.object({ ok: z.literal(true), words: z.string() }), z.object({ ok: z.literal(false), message: z.string() })]),
  /** The next times of a schedule. */
  nextAt: z.array(z.date()).max(3),
  hosts: z.object({ matching: z.number().int(), online: z.number().int(), names: z.array(z.string()).max(10) }),
  /** Online hosts that do not measure what a threshold is about, with the first one's reason. */
  blind: z.object({ hosts: z.number().int(), reason: z.string().nullable() }),
})
export type RulePreview = z.infer<typeof rulePreviewSchema>
