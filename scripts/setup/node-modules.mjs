// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { quietEnv } from '../env.mjs'
import { runTool } from './progress.mjs'

/** @param {string} root */
const lockHash = (root) =>
  createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
/** @param {string} root */
const stampFile = (root) => path.join(root, 'node_modules', '.sonde-lock')

/** Whether node_modules is missing, or of another package-lock.json than the one that is here. @param {string} root */
export function needsInstall(root) {
  if (!existsSync(path.join(root, 'node_modules', '.package-lock.json'))) return true
  if (!existsSync(stampFile(root))) return false // somebody's own `npm install`: theirs to look after
  return readFileSync(stampFile(root), 'utf8') !== lockHash(root)
}

/**
 * `npm ci` where it is needed. Prisma's install step would download a native engine from outside npm, which Sonde does not
 * use; naming any existing file as that engine stops it.
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 */
export async function ensureNodeModules(root, progress) {
  if (!needsInstall(root)) return
  await progress.step('installing packages (npm ci)', () =>
    runTool(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: root,
      env: { ...process.env, ...quietEnv, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, NODE_ENV: 'development' },
      verbose: progress.verbose,
    }),
  )
  writeFileSync(stampFile(root), lockHash(root))
}
