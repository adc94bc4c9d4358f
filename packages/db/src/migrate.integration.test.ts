import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from './migrate.ts'
import { MIGRATIONS_DIR, startTestDatabase, type TestDatabase } from './testing/index.ts'

const root = path.resolve(MIGRATIONS_DIR, '../..')
let database: TestDatabase
let dir: string
let url: string
let count = 0

beforeAll(async () => {
  database = await startTestDatabase()
  dir = mkdtempSync(path.join(tmpdir(), 'sonde-migrations-'))
})
afterAll(async () => {
  await database.stop()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  url = await database.createEmpty(`empty_${count++}`)
  rmSync(dir, { recursive: true, force: true })
  cpSync(MIGRATIONS_DIR, dir, { recursive: true })
})

function write(name: string, sql: string): void {
  mkdirSync(path.join(dir, name), { recursive: true })
  writeFileSync(path.join(dir, name, 'migration.sql'), sql)
}

async function tables(): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
  await client.end()
  return rows.map((row) => row.name)
}

function prisma(...args: string[]): { status: number | null; output: string } {
  const run = spawnSync(process.execPath, ['scripts/prisma.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: url },
  })
  return { status: run.status, output: run.stdout + run.stderr }
}

describe('migrate', () => {
  it('does what Prisma does: its CLI finds nothing left to do, and the schema is that of schema.prisma', async () => {
    expect(await migrate(url, MIGRATIONS_DIR)).toMatchObject({ edited: [] })
    expect(await migrate(url, MIGRATIONS_DIR)).toEqual({ applied: [], edited: [] })
    const deploy = prisma('migrate', 'deploy')
    expect(deploy.output).toContain('No pending migrations to apply')
    const status = prisma('migrate', 'status')
    expect(status.output).toContain('Database schema is up to date')
    const diff = prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema.prisma', '--exit-code')
    expect(diff.status, diff.output).toBe(0)
  })

  it('finds nothing left to do after Prisma', async () => {
    expect(prisma('migrate', 'deploy').output).toContain('successfully applied')
    expect(await migrate(url, MIGRATIONS_DIR)).toEqual({ applied: [], edited: [] })
  })

  it('is applied once by several at once', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate(url, dir)))
    expect(results.flatMap((r) => r.applied)).toEqual(readdirSync(dir).filter((name) => name !== 'migration_lock.toml'))
  })

  it('leaves nothing of a migration that fails, and can go on after its repair', async () => {
    write('20990101000000_bad', 'CREATE TABLE half (n int);\nSELECT 1;\nCREATE TABLE broken (n nonsense);')
    await expect(migrate(url, dir)).rejects.toThrow(/20990101000000_bad failed and was rolled back \(line 3\).*nonsense/)
    expect(await tables()).not.toContain('half')
    expect(await tables()).toContain('captures')
    write('20990101000000_bad', 'CREATE TABLE whole (n int);')
    expect((await migrate(url, dir)).applied).toEqual(['20990101000000_bad'])
    expect(await tables()).toContain('whole')
  })

  it('refuses a database that is newer than the program, and reports edited migrations', async () => {
    write('20990101000000_new', 'CREATE TABLE newer (n int);')
    await migrate(url, dir)
    await expect(migrate(url, MIGRATIONS_DIR)).rejects.toThrow(/20990101000000_new, which this version of Sonde does not know/)
    write('20990101000000_new', 'CREATE TABLE newer (n bigint);')
    expect(await migrate(url, dir)).toEqual({ applied: [], edited: ['20990101000000_new'] })
  })
})
