import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { theStack } from './stack.ts'

const main = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'apps/agent/dist/main.js')

/** Another real agent on this machine, as a host of its own: with a state folder of its own it is nobody the server knows. */
export function startSecondAgent(hostName: string, joinToken: string): { stop: () => Promise<void> } {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'sonde-e2e-agent-'))
  const env = {
    ...process.env,
    SONDE_GATEWAY_URL: theStack().gatewayUrl,
    SONDE_STATE_DIR: stateDir,
    SONDE_JOIN_TOKEN: joinToken,
    SONDE_HOST_NAME: hostName,
    SONDE_LABELS: 'env=test,service=twin',
    SONDE_LOG_LEVEL: 'warn',
  }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  return {
    stop: async () => {
      await ended(child)
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(patience)
}
