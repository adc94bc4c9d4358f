import { z } from 'zod'

/** A variable that is empty is not set: what passes settings on (Docker Compose) knows no other way. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const schema = z.object({
  /** Where people reach this server, without a slash at the end. Session cookies and links are made for it. */
  SONDE_URL: z
    .url()
    .default('http://127.0.0.1:4600')
    .transform((url) => url.replace(/\/+$/, '')),
  /** Where agents reach the gateway; shown in the command that adds a host. */
  SONDE_GATEWAY_URL: z
    .url()
    .default('http://127.0.0.1:4601')
    .transform((url) => url.replace(/\/+$/, '')),
  SONDE_PORT: z.coerce.number().int().min(1).max(65_535).default(4600),
  DATABASE_URL: z.string().min(1, 'DATABASE_URL is not set; `npm start` sets it for the embedded Postgres'),
  SONDE_SECRET: z.string().min(32, 'SONDE_SECRET must have at least 32 characters'),
  /** Of a Slack app (docs/SLACK.md): both, or the app is off. */
  SONDE_SLACK_SIGNING_SECRET: optional(z.string().min(16, 'SONDE_SLACK_SIGNING_SECRET is the “Signing Secret” of the Slack app')),
  SONDE_SLACK_BOT_TOKEN: optional(
    z.string().startsWith('xoxb-', 'SONDE_SLACK_BOT_TOKEN is the “Bot User OAuth Token”: it begins with xoxb-'),
  ),
  /** Another address for tests. */
  SONDE_SLACK_API_URL: z
    .url()
    .default('https://slack.com/api')
    .transform((url) => url.replace(/\/+$/, '')),
})
export type WebEnv = z.infer<typeof schema>

let parsed: WebEnv | undefined

/** Settings of this process, checked once, at the first use: `next build` loads every module and has none of them. */
export function webEnv(): WebEnv {
  if (parsed) return parsed
  const result = schema.safeParse(process.env)
  if (!result.success) throw new Error(`the web server's settings are not right:\n${z.prettifyError(result.error)}`)
  parsed = result.data
  return parsed
}

/** `next dev` needs eval for its error overlay; nothing else does. */
export const isDevelopment = process.env.NODE_ENV === 'development'
