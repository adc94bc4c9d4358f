import { createApp } from '@sonde/domain'
import { pino } from 'pino'
import { readEnv } from './env.ts'
import { createGateway } from './gateway.ts'

const env = readEnv()
const log = pino({ level: env.SONDE_LOG_LEVEL, name: 'gateway' })
const app = createApp({
  databaseUrl: env.DATABASE_URL,
  webUrl: env.SONDE_URL,
  gatewayUrl: env.SONDE_GATEWAY_URL,
  maxConnections: 20,
  onError: (error) => log.warn({ err: error }, 'no announcements from the database for the moment; the sweep goes on'),
})
const gateway = createGateway({ app, log })

let stopping = false
async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  log.info({ signal }, 'stopping: held polls are answered, requests under way are finished')
  // Held by something that does not end: better a hard end than none.
  setTimeout(() => process.exit(1), 10_000).unref()
  await gateway.close()
  await app.close()
  process.exit(0)
}
process.on('SIGINT', () => void stop('SIGINT'))
process.on('SIGTERM', () => void stop('SIGTERM'))

try {
  const address = await gateway.listen({ host: env.SONDE_GATEWAY_HOST, port: env.SONDE_GATEWAY_PORT })
  log.info({ address }, 'the gateway is ready for agents')
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  const where = `${env.SONDE_GATEWAY_HOST}:${env.SONDE_GATEWAY_PORT}`
  log.fatal(taken ? `${where} is taken by another program: set SONDE_GATEWAY_PORT to a free port` : `cannot listen on ${where}: ${error}`)
  process.exit(1)
}
