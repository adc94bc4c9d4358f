/**
 * Fails when prisma/migrations and prisma/schema.prisma say different things: applies all migrations to a scratch database
 * of an embedded Postgres, and asks Prisma what would still have to change.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate, startEmbeddedPostgres } from '@sonde/db'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const dir = mkdtempSync(path.join(tmpdir(), 'sonde-migrations-'))
const postgres = await startEmbeddedPostgres({ dir, database: 'applied' })
let code = 1
try {
  const { applied } = await migrate(postgres.url, path.join(root, 'prisma/migrations'))
  console.log(`applied ${applied.length} migration(s)`)
  const diff = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema.prisma', '--exit-code']
  const result = spawnSync(process.execPath, ['scripts/prisma.mjs', ...diff], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: postgres.url },
  })
  code = result.status ?? 1
  if (code === 2) console.error('the schema has what no migration makes: npm run prisma -- migrate dev --name what-changed')
} finally {
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
}
process.exit(code)
