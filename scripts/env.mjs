// Runs a command of node_modules/.bin with every tool's telemetry and update check off: node scripts/env.mjs turbo run build
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Variables that keep the tools silent and offline; PRISMA_SCHEMA_ENGINE_BINARY stands in for an engine that npm does not carry. */
export const quietEnv = {
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...args] = process.argv.slice(2)
  const bin = path.join(root, 'node_modules', '.bin')
  const run = spawnSync(path.join(bin, command), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...quietEnv, PATH: `${bin}${path.delimiter}${process.env.PATH}` },
  })
  process.exit(run.status ?? 1)
}
