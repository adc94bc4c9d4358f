import { createHmac, timingSafeEqual } from 'node:crypto'

/** Slack asks that older requests be taken for replays. */
const MAX_AGE_SECONDS = 5 * 60

export type SignedRequest = { timestamp: string | null; signature: string | null; body: string }

/**
 * Whether a request comes from Slack, and now: `X-Slack-Signature` is `v0=` and the HMAC-SHA256, in hex, of `v0:TIMESTAMP:BODY` under the
 * app's signing secret (docs.slack.dev/authentication/verifying-requests-from-slack). `body`: the bytes as they came, before any parsing.
 */
export function isFromSlack({ timestamp, signature, body }: SignedRequest, signingSecret: string, nowMs: number): boolean {
  if (timestamp === null || signature === null || !/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return false
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > MAX_AGE_SECONDS) return false
  const expected = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest()
  return timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'))
}
