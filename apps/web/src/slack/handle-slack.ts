import { SondeError } from '@sonde/contract'
import type { App } from '@sonde/domain'
import { type CommandAnswer, runCommand } from './run-command.ts'
import type { SeenRequests } from './seen-requests.ts'
import type { SlackClient } from './slack-client.ts'
import { type LinkShared, linkSharedSchema, slackEventSchema, slashCommandSchema } from './slack-payloads.ts'
import { isFromSlack, type SignedRequest } from './verify-slack-request.ts'

export type SlackApp = { app: App; slack: SlackClient; signingSecret: string; seen: SeenRequests }

/** Much more than any event or command. */
export const MAX_SLACK_BODY = 256 * 1024

function verify({ app, signingSecret, seen }: SlackApp, request: SignedRequest): void {
  if (!isFromSlack(request, signingSecret, app.clock.now().getTime()))
    throw new SondeError('not-signed-in', 'this does not come from Slack')
  // The same signature again is the same request again: nobody but a replay sends it.
  if (!seen.isNew(`signature ${request.signature}`)) throw new SondeError('conflict', 'this was answered already')
}

/** What to answer to an event, and the links that are to be unfurled after that: Slack waits three seconds for an answer. */
export type EventAnswer = { challenge: string } | { links: LinkShared | null }

/** Throws `not-signed-in` for what Slack did not sign, `invalid` for what is no event. */
export function readSlackEvent(slackApp: SlackApp, request: SignedRequest): EventAnswer {
  verify(slackApp, request)
  const parsed = slackEventSchema.safeParse(jsonOf(request.body))
  if (!parsed.success) throw new SondeError('invalid', 'this is no event that Slack sends')
  if (parsed.data.type === 'url_verification') return { challenge: parsed.data.challenge }
  const { event_id, event } = parsed.data
  const links = linkSharedSchema.safeParse(event)
  // A late answer makes Slack send an event up to three times more, each signed anew.
  if (!links.success || !slackApp.seen.isNew(`event ${event_id}`)) return { links: null }
  return { links: links.data }
}

/** Answers a slash command. Throws as `readSlackEvent`. */
export async function answerSlackCommand(slackApp: SlackApp, request: SignedRequest): Promise<CommandAnswer> {
  verify(slackApp, request)
  const parsed = slashCommandSchema.safeParse(Object.fromEntries(new URLSearchParams(request.body)))
  if (!parsed.success) throw new SondeError('invalid', 'this is no command that Slack sends')
  return await runCommand(slackApp.app, slackApp.slack, parsed.data)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
