// Runs the Prisma CLI with everything it needs from npm alone: node scripts/prisma.mjs generate | migrate dev --name x | migrate diff …
// Prisma's CLI otherwise downloads a native engine from outside npm; scripts/schema-engine.mjs stands in for it. Where the
// download is possible, plain `npx prisma …` does the same.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { quietEnv } from './env.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const cli = path.join(root, 'node_modules', 'prisma', 'build', 'index.js')
const run = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...quietEnv, PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'scripts', 'schema-engine.mjs') },
})
if (run.error) console.error(`prisma: ${run.error.message}`)
process.exit(run.status ?? 1)
