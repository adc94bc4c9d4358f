import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded-postgres.ts'
import { migrate } from '../migrate.ts'

export const MIGRATIONS_DIR = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../../prisma/migrations')

export type TestDatabase = {
  /** Migrated and empty. */
  url: string
  server: EmbeddedPostgres
  /** A further empty database on the same server. */
  createEmpty: (name: string) => Promise<string>
  stop: () => Promise<void>
}

/** A real Postgres for one test file, in a temporary folder; half a second. `stop` it, always. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const dir = mkdtempSync(path.join(tmpdir(), 'sonde-test-db-'))
  const server = await startEmbeddedPostgres({ dir })
  await migrate(server.url, MIGRATIONS_DIR)
  return {
    url: server.url,
    server,
    createEmpty: async (name) => {
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
      await client.end()
      const url = new URL(server.url)
      url.pathname = `/${name}`
      return url.href
    },
    stop: async () => {
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
