import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })

const schema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address'),
  SONDE_GATEWAY_HOST: z.string().min(1).default('127.0.0.1'),
  SONDE_GATEWAY_PORT: port.default(4601),
  /** Public addresses, for what the command line prints. */
  SONDE_URL: url.default('http://127.0.0.1:4600'),
  SONDE_GATEWAY_URL: url.default('http://127.0.0.1:4601'),
  SONDE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})
export type Env = z.infer<typeof schema>

/** The environment, checked. Throws one sentence per mistake, without any value: some are secret. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const parsed = schema.safeParse(source)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`the environment is not right:\n  ${problems.join('\n  ')}`)
}
