import * as z from 'zod'
import { hostText, idSchema } from './text.ts'

/** What can start a capture when nobody presses Start. */
export const CAPTURE_REASON_KINDS = ['schedule', 'alert', 'threshold', 'deploy', 'slack', 'cli', 'api'] as const
export type CaptureReasonKind = (typeof CAPTURE_REASON_KINDS)[number]

/**
 * Why a capture exists that nobody started on a page. `text`: a plain sentence without its end, as in "HighIOWait is firing on db-1";
 * it may hold what an alert or a chat said, so it is shown as text only. `url`: where that is explained (the alert, the message).
 */
export const captureReasonSchema = z.object({
  kind: z.enum(CAPTURE_REASON_KINDS),
  text: hostText(500),
  ruleId: idSchema.optional(),
  deployId: idSchema.optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'an http(s) address' })
    .max(2_000)
    .optional(),
})
export type CaptureReason = z.infer<typeof captureReasonSchema>
