import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { migrate } from '@sonde/db'
import { createApp, createJoinTokenInputSchema, createSetupLink, issueJoinToken } from '@sonde/domain'
import { readEnv } from './env.ts'

const USAGE = `Usage: node admin.js <command>        needs DATABASE_URL; prints one line of JSON

  migrate [--dir prisma/migrations]       brings the database up to date
  setup-link                              a one-time link that makes the first account; null once there is one
  join-token [--minutes 60] [--uses 1]    a token that lets hosts enrol`

/** From dist/ or src/ of apps/gateway to the repository's migrations. */
const DEFAULT_MIGRATIONS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../prisma/migrations')

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

async function run(argv: string[]): Promise<unknown> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { dir: { type: 'string' }, minutes: { type: 'string' }, uses: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const [command] = positionals
  if (values.help || command === undefined) throw new UsageError(USAGE)
  const env = readEnv()
  if (command === 'migrate') return await migrate(env.DATABASE_URL, values.dir ?? DEFAULT_MIGRATIONS)
  const app = createApp({ databaseUrl: env.DATABASE_URL, webUrl: env.SONDE_URL, gatewayUrl: env.SONDE_GATEWAY_URL, maxConnections: 1 })
  try {
    if (command === 'setup-link') {
      const link = await createSetupLink(app)
      return { setupNeeded: link !== null, url: link?.url ?? null, expiresAt: link?.expiresAt ?? null }
    }
    if (command === 'join-token') {
      const input = createJoinTokenInputSchema.safeParse({ minutes: numberOf(values.minutes), uses: numberOf(values.uses) })
      if (!input.success) throw new UsageError('--minutes and --uses are whole numbers: minutes up to a week, uses up to 10000')
      return await issueJoinToken(app, input.data, null)
    }
  } finally {
    await app.close()
  }
  throw new UsageError(`unknown command "${command}"\n\n${USAGE}`)
}

class UsageError extends Error {}

try {
  console.log(JSON.stringify(await run(process.argv.slice(2))))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
