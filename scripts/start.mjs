// @ts-check
/**
 * npm start: from a clone to a running Sonde. Nothing but Node's own modules up to the point where node_modules is there.
 *
 *   npm start [-- --verbose]      --verbose shows the tools' own output
 */
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { portProblem } from './launch/ports.mjs'
import { runningIn } from './launch/run-file.mjs'
import { readSettings } from './launch/settings.mjs'
import { ensureTraceFs } from './launch/trace-fs.mjs'
import { ensureBuilt, ensurePrismaClient } from './setup/build-apps.mjs'
import { ensureNative } from './setup/build-native.mjs'
import { ensureNodeModules } from './setup/node-modules.mjs'
import { nodeVersionProblem } from './setup/node-version.mjs'
import { createProgress, formatDuration, StepError } from './setup/progress.mjs'
import { ensureTools, tracingTools } from './setup/system-tools.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const progress = createProgress({ verbose: process.argv.includes('--verbose') })

/** What would stop it anyway, said before minutes are spent on installing. @returns {Promise<string | null>} */
async function preflight() {
  const node = nodeVersionProblem(process.versions.node)
  if (node) return node
  const settings = readSettings(process.env, root)
  const running = runningIn(settings.dataDir)
  if (running) {
    console.log(`Sonde already runs from ${settings.dataDir}: ${running.url} (pid ${running.pid}). To stop it: kill ${running.pid}`)
    process.exit(0)
  }
  const web = { host: settings.host, port: settings.port, what: 'web server', variable: 'SONDE_PORT' }
  const gateway = { host: settings.gatewayHost, port: settings.gatewayPort, what: 'gateway', variable: 'SONDE_GATEWAY_PORT' }
  return (await portProblem(web)) ?? (await portProblem(gateway))
}

try {
  const problem = await preflight()
  if (problem) throw new StepError(problem)
  const start = performance.now()
  console.log('Sonde: getting ready')
  await ensureNodeModules(root, progress)
  if (process.platform === 'linux') await ensureTools(tracingTools(), progress)
  ensureTraceFs(progress)
  await ensureNative(root, progress)
  await ensurePrismaClient(root, progress)
  await ensureBuilt(root, progress)
  const { register } = await import('tsx/esm/api')
  register()
  const { runHere } = await import('./launch.ts')
  await runHere(progress)
  progress.note(`ready after ${formatDuration(performance.now() - start)}`)
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  if (error instanceof StepError) for (const line of error.tail) console.error(`    | ${line}`)
  process.exit(1)
}
