import * as z from 'zod'
import { hostText } from './text.ts'

const labelSet = z.record(z.string().max(200), hostText(4_000)).refine((labels) => Object.keys(labels).length <= 100, 'at most 100 labels')

/**
 * What Alertmanager's webhook receiver sends, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
 * One notification is about a group of alerts; `firing` while any of them is. Everything in it is someone else's text.
 */
export const alertmanagerPayloadSchema = z.object({
  version: z.literal('4', 'not version 4 of the webhook format'),
  groupKey: z.string().min(1).max(8_000),
  truncatedAlerts: z.number().int().nonnegative().default(0),
  status: z.enum(['firing', 'resolved']),
  receiver: hostText(500),
  groupLabels: labelSet,
  commonLabels: labelSet,
  commonAnnotations: labelSet,
  externalURL: hostText(2_000),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: labelSet,
        annotations: labelSet,
        startsAt: z.iso.datetime({ offset: true }),
        endsAt: z.iso.datetime({ offset: true }),
        generatorURL: hostText(4_000).default(''),
        fingerprint: hostText(100).default(''),
      }),
    )
    .min(1, 'a notification has at least one alert')
    .max(2_000),
})
export type AlertmanagerPayload = z.infer<typeof alertmanagerPayloadSchema>
export type Alert = AlertmanagerPayload['alerts'][number]

/** Bytes of a notification that is read at all. */
export const ALERT_BODY_LIMIT = 1024 * 1024

/** What was done with a notification, for Alertmanager's log and for whoever tries it by hand. */
export const alertAnswerSchema = z.object({
  outcome: z.enum(['started', 'duplicate', 'skipped', 'failed', 'resolved', 'unmatched']),
  message: z.string(),
  captureId: z.string().nullable(),
})
export type AlertAnswer = z.infer<typeof alertAnswerSchema>
