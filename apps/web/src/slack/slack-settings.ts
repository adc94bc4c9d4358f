import { SondeError } from '@sonde/contract'
import { webEnv } from '../env.ts'
import { getApp } from '../server/app.ts'
import { MAX_SLACK_BODY, type SlackApp } from './handle-slack.ts'
import { SeenRequests } from './seen-requests.ts'
import { createSlackClient } from './slack-client.ts'
import type { SignedRequest } from './verify-slack-request.ts'

// Route bundles may load this module more than once; what was seen must be seen by all.
const holder: typeof globalThis & { sondeSlackSeen?: SeenRequests } = globalThis

/** The Slack app of this server. Throws `not-found` where none is set up: off unless asked for. */
export function slackAppOfServer(): SlackApp {
  const { SONDE_SLACK_SIGNING_SECRET: signingSecret, SONDE_SLACK_BOT_TOKEN: botToken, SONDE_SLACK_API_URL: apiUrl } = webEnv()
  if (signingSecret === undefined || botToken === undefined) throw new SondeError('not-found', 'no Slack app is set up on this server')
  holder.sondeSlackSeen ??= new SeenRequests()
  return { app: getApp(), slack: createSlackClient({ apiUrl, botToken }), signingSecret, seen: holder.sondeSlackSeen }
}

/** The request as Slack signed it: its bytes, before any parsing. Throws `too-large`. */
export async function signedRequestOf(request: Request): Promise<SignedRequest> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of request.body ?? []) {
    bytes += piece.length
    if (bytes > MAX_SLACK_BODY) throw new SondeError('too-large', 'this is more than Slack sends')
    pieces.push(piece)
  }
  return {
    timestamp: request.headers.get('x-slack-request-timestamp'),
    signature: request.headers.get('x-slack-signature'),
    body: Buffer.concat(pieces).toString('utf8'),
  }
}
