import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'

/** The number that Prisma Migrate locks too, so that both wait for each other. */
const PRISMA_LOCK = 72707369

/** Prisma Migrate's own table, as it makes it. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

export type MigrateResult = {
  applied: string[]
  /** Applied earlier with another content than the file has now. Not an error (neither is it for Prisma), but worth a warning. */
  edited: string[]
}

/**
 * Applies `dir/<name>/migration.sql` in order, each once, like `prisma migrate deploy` and compatible with it (same table,
 * checksums and lock), with nothing but `pg`. Each migration and its row are one transaction: a crash or a failing statement
 * leaves neither. So a migration must not contain BEGIN, COMMIT or CREATE INDEX CONCURRENTLY.
 */
export async function migrate(url: string, dir: string): Promise<MigrateResult> {
  const names = readdirSync(dir)
    .filter((name) => existsSync(path.join(dir, name, 'migration.sql')))
    .sort()
  if (names.length === 0) throw new Error(`no migration in ${dir}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK])
    await client.query(MIGRATIONS_TABLE)
    const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
      'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    )
    const failed = rows.find((row) => row.finished_at === null)
    if (failed)
      throw new Error(`migration ${failed.migration_name} failed earlier: repair it, then tell Prisma with "prisma migrate resolve"`)
    const newer = rows.find((row) => !names.includes(row.migration_name))
    if (newer)
      throw new Error(
        `the database has migration ${newer.migration_name}, which this version of Sonde does not know: it is older than the database`,
      )

    const checksums = new Map(rows.map((row) => [row.migration_name, row.checksum]))
    const result: MigrateResult = { applied: [], edited: [] }
    for (const name of names) {
      const sql = readFileSync(path.join(dir, name, 'migration.sql'), 'utf8')
      const checksum = createHash('sha256').update(sql).digest('hex')
      const known = checksums.get(name)
      if (known === undefined) {
        await apply(client, name, sql, checksum)
        result.applied.push(name)
      } else if (known !== checksum) result.edited.push(name)
    }
    return result
  } finally {
    await client.end()
  }
}

async function apply(client: pg.Client, name: string, sql: string, checksum: string): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN
    const line = position > 0 ? ` (line ${sql.slice(0, position).split('\n').length})` : ''
    throw new Error(`migration ${name} failed and was rolled back${line}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}
