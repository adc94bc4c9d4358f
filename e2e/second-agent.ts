import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ended } from './ended.ts'
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
      await ended(child, 10_000)
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}
