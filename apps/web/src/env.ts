import { z } from 'zod'

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
