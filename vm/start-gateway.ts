import { spawn } from 'node:child_process'
import path from 'node:path'
import { freePort } from '../scripts/launch/ports.mjs'
import { answersOk, waitUntil } from '../scripts/launch/wait-until.ts'

const ROOT = path.dirname(import.meta.dirname)
const READY_WITHIN_MS = 30_000
const STOPS_WITHIN_MS = 5_000

export type RunningGateway = { port: number; stop: () => Promise<void> }

/** Starts the built gateway on a free port of 127.0.0.1, as `npm start` does. It ends with this process, however that ends. */
export async function startGateway(databaseUrl: string): Promise<RunningGateway> {
  const port = await freePort()
  const argv = ['--pdeathsig', 'KILL', '--', process.execPath, path.join(ROOT, 'apps/gateway/dist/main.js')]
  const child = spawn('setpriv', argv, {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      SONDE_GATEWAY_HOST: '127.0.0.1',
      SONDE_GATEWAY_PORT: String(port),
      SONDE_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const over = () => child.exitCode !== null || child.signalCode !== null
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    if (over()) return
    child.kill('SIGTERM')
    const patience = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS)
    await exited
    clearTimeout(patience)
  }
  try {
    await waitUntil('the gateway', () => answersOk(`http://127.0.0.1:${port}/health`), {
      timeoutMs: READY_WITHIN_MS,
      giveUp: () => (over() ? 'the gateway ended while starting' : null),
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { port, stop }
}
