// @ts-check
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { quietEnv } from '../env.mjs'
import { runTool } from './progress.mjs'

/** What `npm start` runs, the command line beside it, and a file that only a finished build has. */
const APPS = [
  { name: 'gateway', output: 'dist/main.js', stamp: 'dist/.sonde-build' },
  { name: 'agent', output: 'dist/main.js', stamp: 'dist/.sonde-build' },
  { name: 'cli', output: 'dist/sonde.js', stamp: 'dist/.sonde-build' },
  { name: 'web', output: '.next/standalone/apps/web/server.js', stamp: '.next/.sonde-build' },
]
const SKIPPED = new Set(['node_modules', '.next', 'dist', '.turbo', 'generated'])

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name === 'next-env.d.ts') return []
    const file = path.join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(file) : entry.isFile() ? [file] : []
  })
}

/** @param {string} root @param {string[]} sources files and folders */
function contentHash(root, sources) {
  const hash = createHash('sha256').update(process.version)
  for (const source of sources.filter((source) => existsSync(path.join(root, source)))) {
    const at = path.join(root, source)
    const files = path.extname(source) === '' ? filesBelow(at).sort() : [at]
    for (const file of files) {
      if (/\.test\.tsx?$/.test(file)) continue
      hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}

/** @param {string} file @param {string} hash */
const stampedWith = (file, hash) => existsSync(file) && readFileSync(file, 'utf8') === hash

/** The Prisma client is written from the schema. @param {string} root @param {import('./progress.mjs').Progress} progress */
export async function ensurePrismaClient(root, progress) {
  const output = path.join(root, 'packages/db/src/generated')
  const stamp = path.join(output, '.sonde-schema')
  const hash = contentHash(root, ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'])
  if (stampedWith(stamp, hash)) return
  await progress.step('generating the database client', () =>
    runTool(process.execPath, ['scripts/prisma.mjs', 'generate'], {
      cwd: root,
      env: { ...process.env, ...quietEnv },
      verbose: progress.verbose,
    }),
  )
  mkdirSync(output, { recursive: true })
  writeFileSync(stamp, hash)
}

/**
 * Builds the apps whose sources, by content, are not those of their last build. Seconds where nothing changed.
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @param {readonly string[]} [names] these apps only
 */
export async function ensureBuilt(root, progress, names = APPS.map((app) => app.name)) {
  const common = ['packages', 'package-lock.json', 'tsconfig.base.json', 'prisma/schema.prisma']
  for (const app of APPS.filter((candidate) => names.includes(candidate.name))) {
    const folder = path.join(root, 'apps', app.name)
    const stamp = path.join(folder, app.stamp)
    // The agent carries the native helper with it.
    const carried = app.name === 'agent' ? [`native/dist/${process.arch}/sonde-bpf.sha256`] : []
    const hash = contentHash(root, [...common, ...carried, `apps/${app.name}`])
    if (stampedWith(stamp, hash) && existsSync(path.join(folder, app.output))) continue
    await progress.step(`building ${app.name}`, async () => {
      rmSync(stamp, { force: true })
      await runTool(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', 'build', '-w', `apps/${app.name}`], {
        cwd: root,
        env: { ...process.env, ...quietEnv, NODE_ENV: 'production' },
        verbose: progress.verbose,
      })
      if (app.name === 'web') copyStatics(folder)
      writeFileSync(stamp, hash)
    })
  }
}

/** Next leaves static files out of its standalone folder, for those who serve them elsewhere. @param {string} folder */
function copyStatics(folder) {
  const target = path.join(folder, '.next/standalone/apps/web')
  cpSync(path.join(folder, '.next/static'), path.join(target, '.next/static'), { recursive: true })
  if (existsSync(path.join(folder, 'public'))) cpSync(path.join(folder, 'public'), path.join(target, 'public'), { recursive: true })
}
