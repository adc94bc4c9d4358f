import { createHmac } from 'node:crypto'
import type { SignedRequest } from '../verify-slack-request.ts'

/**
 * What Slack sends and answers, in the shapes that its documentation shows:
 * https://docs.slack.dev/reference/events/url_verification, …/reference/events/link_shared, …/reference/methods/users.info,
 * https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'

export const URL_VERIFICATION = {
  token: 'Jhj5dZrVaK7ZwHHjRyZWjbDl',
  challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
  type: 'url_verification',
}

export const linkShared = (urls: readonly string[], over: Record<string, unknown> = {}, eventId = 'Ev123ABC456') => ({
  token: 'XXYYZZ',
  team_id: 'T123ABC456',
  api_app_id: 'A123ABC456',
  event: {
    type: 'link_shared',
    channel: 'C123ABC456',
    is_bot_user_member: true,
    user: 'U123ABC456',
    message_ts: '123456789.9875',
    unfurl_id: 'C123456.123456789.987501.1b90fa1278528ce6e2f6c5c2bfa1abc9a41d57d02b29d173f40399c9ffdecf4b',
    thread_ts: '123456621.1855',
    source: 'conversations_history',
    links: urls.map((url) => ({ domain: URL.canParse(url) ? new URL(url).hostname : '', url })),
    ...over,
  },
  type: 'event_callback',
  authed_users: ['U123ABC456', 'U222222222'],
  event_id: eventId,
  event_time: 1234567890,
})

export const slashCommand = (text: string, over: Record<string, string> = {}): string =>
  new URLSearchParams({
    token: 'gIkuvaNzQIHg97ATvDxqgjtO',
    team_id: 'T123ABC456',
    team_domain: 'example',
    enterprise_id: 'E0001',
    enterprise_name: 'Globular Construct Inc',
    channel_id: 'C2147483705',
    channel_name: 'incidents',
    user_id: 'U123ABC456',
    user_name: 'ada',
    command: '/sonde',
    text,
    response_url: 'https://hooks.slack.com/commands/1234/5678',
    trigger_id: '13345224609.738474920.8088930838d88f008e0',
    api_app_id: 'A123456',
    ...over,
  }).toString()

export const usersInfo = (email: string | undefined, over: Record<string, unknown> = {}) => ({
  ok: true,
  user: {
    id: 'U123ABC456',
    team_id: 'T123ABC456',
    name: 'ada',
    deleted: false,
    color: '9f69e7',
    real_name: 'Ada',
    tz: 'Europe/Berlin',
    profile: { avatar_hash: 'ge3b51ca72de', real_name: 'Ada', display_name: 'ada', email, team: 'T123ABC456' },
    is_admin: false,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: false,
    is_app_user: false,
    is_email_confirmed: true,
    updated: 1502138686,
    ...over,
  },
})

/** A request as Slack signs it, `ageSeconds` ago. */
export function signed(body: string | object, { nowMs = Date.now(), ageSeconds = 0, secret = SIGNING_SECRET } = {}): SignedRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const timestamp = String(Math.floor(nowMs / 1_000) - ageSeconds)
  const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:${text}`).digest('hex')
  return { timestamp, signature: `v0=${hmac}`, body: text }
}
