import { captureSpecSchema, expandRecipe, SondeError } from '@sonde/contract'
import { type App, actorOfEmail, listHosts, startCaptureAs } from '@sonde/domain'
import { formatPlural, formatSpan } from '@sonde/ui'
import { COMMAND_HELP, type ParsedCommand, parseCommand } from './parse-command.ts'
import { type SlackClient, SlackError } from './slack-client.ts'
import { type SlashCommand, usersInfoSchema } from './slack-payloads.ts'
import { slackLink, slackText } from './slack-text.ts'

const MOST_HOSTS = 500

/** `ephemeral`: only who typed the command sees it. */
export type CommandAnswer = { response_type: 'ephemeral'; text: string }
const answer = (text: string): CommandAnswer => ({ response_type: 'ephemeral', text })

/** Does what `/sonde …` says, in the name of the person in Sonde that the Slack user is. Always an answer for that person; throws only what is nobody's fault. */
export async function runCommand(app: App, slack: SlackClient, command: SlashCommand): Promise<CommandAnswer> {
  const parsed = parseCommand(command.text)
  if (parsed.kind === 'help') return answer(COMMAND_HELP)
  if (parsed.kind === 'wrong') return answer(parsed.text)
  try {
    const person = await personOf(app, slack, command)
    return await start(app, person, parsed, command)
  } catch (error) {
    if (error instanceof SondeError) return answer(`It was not started: ${slackText(error.message)}.`)
    throw error
  }
}

type Person = NonNullable<Awaited<ReturnType<typeof actorOfEmail>>>

/** Slack knows its people by e-mail addresses that it has confirmed; those of other workspaces and of guests are somebody else's word. */
async function personOf(app: App, slack: SlackClient, { user_id, team_id }: SlashCommand): Promise<Person> {
  const { user } = usersInfoSchema.parse(await readUser(slack, user_id))
  const isOwn = user.id === user_id && user.team_id === team_id && !user.is_stranger && !user.is_restricted && !user.is_ultra_restricted
  if (!isOwn || user.deleted || user.is_bot) throw new SondeError('forbidden', 'only members of this workspace may start captures')
  const { email } = user.profile
  if (email === undefined || !user.is_email_confirmed)
    throw new SondeError('forbidden', 'Slack does not say which e-mail address is yours; the app needs the scope users:read.email')
  const person = await actorOfEmail(app.db.pool, email)
  if (!person) throw new SondeError('forbidden', `nobody in Sonde has the e-mail address ${email}; an admin can invite you under Settings`)
  return person
}

async function readUser(slack: SlackClient, user: string): Promise<unknown> {
  try {
    return await slack.read('users.info', { user })
  } catch (error) {
    const why = error instanceof SlackError ? ` (${error.code})` : ''
    throw new SondeError('timeout', `Slack did not say in time who you are${why}; try again`)
  }
}

async function start(
  app: App,
  person: Person,
  { recipe, where, durationMs }: Extract<ParsedCommand, { kind: 'start' }>,
  command: SlashCommand,
): Promise<CommandAnswer> {
  const labels = where.filter((word) => word.includes('='))
  const names = where.filter((word) => !word.includes('='))
  const hosts = await listHosts(person, app, { search: labels.join(' ') })
  const missing = names.find((name) => !hosts.some((host) => host.name === name))
  if (missing !== undefined) return answer(`There is no host “${slackText(missing)}”${labels.length > 0 ? ' with these labels' : ''}.`)
  const matching = names.length === 0 ? hosts : hosts.filter((host) => names.includes(host.name))
  const words = slackText(where.join(' '))
  if (matching.length === 0) return answer(`No host matches ${words}.`)
  const online = matching.filter((host) => host.online)
  if (online.length === 0) return answer(`${formatPlural(matching.length, 'host')} match ${words}, but none is online.`)
  if (online.length > MOST_HOSTS)
    return answer(`${formatPlural(online.length, 'host')} match ${words}; a capture has at most ${MOST_HOSTS}. Narrow it down.`)
  const expanded = expandRecipe(recipe)
  if (!expanded.ok) return answer(slackText(expanded.message))
  const spec = captureSpecSchema.parse({ version: 2, recipe: recipe.id, instruments: expanded.instruments, durationMs })
  const { id } = await startCaptureAs(
    app,
    person.userId,
    { hostIds: online.map((host) => host.id), spec },
    {
      kind: 'slack',
      text: `${command.command} ${command.text.trim()}${command.channel_name === '' ? '' : ` in #${command.channel_name}`}`.slice(0, 500),
    },
  )
  const left = matching.length - online.length
  const link = slackLink(
    `${app.urls.web}/captures/${id}`,
    `${recipe.title} on ${formatPlural(online.length, 'host')}, ${formatSpan(durationMs)}`,
  )
  return answer(`Recording: ${link}${left > 0 ? `. ${formatPlural(left, 'host')} that match are offline and left out.` : ''}`)
}
