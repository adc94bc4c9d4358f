import { z } from 'zod'

/** What Slack sends; what is not named here is not looked at. https://docs.slack.dev/reference/events/link_shared, …/url_verification */
const id = z.string().min(1).max(64)

export const linkSharedSchema = z.object({
  type: z.literal('link_shared'),
  user: id.optional(),
  channel: id.optional(),
  message_ts: z.string().max(64).optional(),
  unfurl_id: z.string().max(300).optional(),
  /** `composer`: the message is still being written. */
  source: z.enum(['composer', 'conversations_history']).optional(),
  links: z.array(z.object({ url: z.string().max(8_000) })).max(50),
})
export type LinkShared = z.infer<typeof linkSharedSchema>

export const slackEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('url_verification'), challenge: z.string().max(500) }),
  z.object({
    type: z.literal('event_callback'),
    team_id: id.optional(),
    event_id: id,
    event: z.union([linkSharedSchema, z.object({ type: z.string().max(80) })]),
  }),
])

/** Form fields of a slash command: https://docs.slack.dev/interactivity/implementing-slash-commands */
export const slashCommandSchema = z.object({
  command: z.string().max(80),
  text: z.string().max(4_000).default(''),
  user_id: id,
  team_id: id,
  channel_name: z.string().max(200).default(''),
})
export type SlashCommand = z.infer<typeof slashCommandSchema>

/** https://docs.slack.dev/reference/methods/users.info */
export const usersInfoSchema = z.object({
  user: z.object({
    id,
    team_id: id,
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    /** Guests of one or several channels. */
    is_restricted: z.boolean().default(false),
    is_ultra_restricted: z.boolean().default(false),
    /** Of another workspace, seen through a shared channel. */
    is_stranger: z.boolean().default(false),
    is_email_confirmed: z.boolean().default(true),
    profile: z.object({ email: z.string().max(254).optional() }),
  }),
})
