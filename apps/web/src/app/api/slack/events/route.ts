import { after } from 'next/server'
import { readSlackEvent } from '../../../../slack/handle-slack.ts'
import { slackRefusal } from '../../../../slack/slack-refusal.ts'
import { signedRequestOf, slackAppOfServer } from '../../../../slack/slack-settings.ts'
import { unfurlLinks } from '../../../../slack/unfurl-links.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Events of the Slack app (docs/SLACK.md), signed by Slack. Answers at once; links are unfurled after that. */
export async function POST(request: Request): Promise<Response> {
  try {
    const slackApp = slackAppOfServer()
    const answer = readSlackEvent(slackApp, await signedRequestOf(request))
    if ('challenge' in answer) return new Response(answer.challenge, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
    const { links } = answer
    if (links) after(() => unfurlLinks(slackApp.app, slackApp.slack, links).catch((error) => console.error('slack: no unfurl:', error)))
    return new Response(null, { status: 200 })
  } catch (error) {
    return slackRefusal(error)
  }
}
