import { answerSlackCommand } from '../../../../slack/handle-slack.ts'
import { slackRefusal } from '../../../../slack/slack-refusal.ts'
import { signedRequestOf, slackAppOfServer } from '../../../../slack/slack-settings.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** The slash command of the Slack app (docs/SLACK.md), signed by Slack. */
export async function POST(request: Request): Promise<Response> {
  try {
    return Response.json(await answerSlackCommand(slackAppOfServer(), await signedRequestOf(request)))
  } catch (error) {
    return slackRefusal(error)
  }
}
