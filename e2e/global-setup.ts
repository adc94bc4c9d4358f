import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../scripts/launch/ports.mjs'
import { ensureBuilt, ensurePrismaClient } from '../scripts/setup/build-apps.mjs'
import { createProgress } from '../scripts/setup/progress.mjs'
import { ended } from './ended.ts'
import { publishStack, type Stack } from './stack.ts'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const READY_WITHIN_MS = 120_000

/**
 * Starts the real thing: everything that `npm start` starts, on free ports and in a folder of its own, and the demo incident
 * beside it. Both end with their IPC channel, so nothing is left even if the test runner is killed.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const progress = createProgress()
  await ensurePrismaClient(root, progress)
  await ensureBuilt(root, progress)

  const dataDir = mkdtempSync(path.join(tmpdir(), 'sonde-e2e-'))
  const [port, gatewayPort] = [await freePort(), await freePort()]
  const { DATABASE_URL: _, SONDE_URL: __, SONDE_GATEWAY_URL: ___, ...env } = process.env
  const launcher = fork(path.join(root, 'scripts/launch.ts'), {
    execArgv: ['--import', 'tsx'],
    cwd: root,
    env: {
      ...env,
      SONDE_DATA_DIR: dataDir,
      SONDE_PORT: String(port),
      SONDE_GATEWAY_PORT: String(gatewayPort),
      SONDE_LABELS: 'env=test,service=checkout',
      SONDE_HOST_NAME: 'e2e-host',
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const demo = fork(path.join(root, 'demo/incident/start.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })

  const stopAll = async () => {
    await Promise.all([launcher, demo].map((child) => ended(child, 20_000)))
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const [ready, incident] = await Promise.all([message(launcher, 'the stack'), message(demo, 'the demo incident')])
    publishStack({
      url: text(ready, 'url'),
      gatewayUrl: text(ready, 'gatewayUrl'),
      setupUrl: text(ready, 'setupUrl'),
      dataDir,
      demo: pids(incident),
      sessionFile: path.join(dataDir, 'browser-session.json'),
    })
  } catch (error) {
    await stopAll()
    throw error
  }
  return stopAll
}

type Message = Record<string, unknown>

function message(child: ChildProcess, what: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} was not ready within ${READY_WITHIN_MS / 1000} s`)), READY_WITHIN_MS)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`${what} ended while starting (${signal ?? code})`))
    })
    child.on('message', (value: Message) => {
      if (value.type !== 'ready') return
      clearTimeout(timer)
      resolve(value)
    })
  })
}

function text(value: Message, key: string): string {
  const found = value[key]
  if (typeof found !== 'string') throw new Error(`the stack reported no ${key}`)
  return found
}

function pids(value: Message): Stack['demo'] {
  const found = Object.entries(value.pids ?? {})
  const pid = (name: string): number => {
    const number = found.find(([key]) => key === name)?.[1]
    if (typeof number !== 'number') throw new Error(`the demo reported no pid of ${name}`)
    return number
  }
  return { checkout: pid('checkout'), catalog: pid('catalog'), loadgen: pid('loadgen') }
}
