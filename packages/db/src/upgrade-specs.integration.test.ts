import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CHUNK_KINDS, captureSpecSchema, targetQualitySchema } from '@sonde/contract'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrate } from './migrate.ts'
import { MIGRATIONS_DIR, startTestDatabase, type TestDatabase } from './testing/index.ts'

const FIRST = '20261124000000_init'

/** Rows as the first version wrote them, taken from a database of that version. */
const OLD_SPECS = {
  whole: { recipe: 'cpu-and-syscalls', durationMs: 30_000, rateHz: 99 },
  fast: { recipe: 'cpu-profile', durationMs: 5_000, rateHz: 499, filter: { kind: 'process', name: 'nginx' } },
  pid: { recipe: 'syscall-breakdown', durationMs: 60_000, rateHz: 99, filter: { kind: 'pid', pid: 4242 } },
  cgroup: { recipe: 'cpu-and-syscalls', durationMs: 300_000, rateHz: 1, filter: { kind: 'cgroup', path: '/system.slice/app.service' } },
} as const
const OLD_QUALITY = {
  samples: 5_940,
  lostSamples: 3,
  throttled: 0,
  frames: 120_334,
  unknownFrames: 12,
  truncatedStacks: 0,
  syscalls: 88_123,
  lostSyscalls: 0,
  unmatchedSyscalls: 7,
  mapsTruncated: false,
  lostEvents: 0,
  sampledEvent: 'cpu-clock',
  tracerCpuSeconds: 0.21,
  partial: false,
  notes: ['perf said something'],
}

let database: TestDatabase
let client: pg.Client
const first = mkdtempSync(path.join(tmpdir(), 'sonde-first-'))

beforeAll(async () => {
  database = await startTestDatabase()
  const url = await database.createEmpty('old')
  cpSync(path.join(MIGRATIONS_DIR, FIRST), path.join(first, FIRST), { recursive: true })
  expect((await migrate(url, first)).applied).toEqual([FIRST])
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`INSERT INTO users (id, name, email) VALUES ('u', 'U', 'u@example.org')`)
  await client.query(`INSERT INTO hosts (id, machine_key, name, labels, facts) VALUES ('h', 'h', 'h', '{}', '{}')`)
  for (const [id, spec] of Object.entries(OLD_SPECS)) {
    await client.query(`INSERT INTO captures (id, title, spec, created_by_id) VALUES ($1, $1, $2, 'u')`, [id, JSON.stringify(spec)])
    const counts = id === 'whole' ? [3, 2] : id === 'fast' ? [1, 0] : [0, 0]
    await client.query(
      `INSERT INTO targets (capture_id, host_id, state, ended_at, profile_chunks, syscalls_chunks, quality)
       VALUES ($1, 'h', 'done', now(), $2, $3, $4)`,
      [id, ...counts, id === 'cgroup' ? null : JSON.stringify(OLD_QUALITY)],
    )
  }
  await client.query(
    `INSERT INTO chunks (capture_id, host_id, attempt, seq, kind, sha256, size_bytes, data)
     VALUES ('whole', 'h', 1, 0, 'profile', repeat('a', 64), 1, 'x'), ('whole', 'h', 1, 1, 'syscalls', repeat('b', 64), 1, 'y')`,
  )
  await client.query(`INSERT INTO host_queries (id, host_id, query, expires_at) VALUES ('q', 'h', $1, now() + interval '8 s')`, [
    JSON.stringify({ kind: 'plan', spec: OLD_SPECS.whole }),
  ])
  await migrate(url, MIGRATIONS_DIR)
})
afterAll(async () => {
  await client.end()
  await database.stop()
  rmSync(first, { recursive: true, force: true })
})

it('writes every spec of version 1 as what its recipe meant', async () => {
  const { rows } = await client.query<{ id: string; spec: unknown }>('SELECT id, spec FROM captures')
  const specs = Object.fromEntries(rows.map((row) => [row.id, row.spec]))
  // What is stored is complete: reading it with the schema adds and drops nothing.
  for (const spec of Object.values(specs)) expect(captureSpecSchema.parse(spec)).toEqual(spec)
  const stacks = (hz: number) => ({
    collector: 'stacks',
    probe: { kind: 'pmu', event: 'cpu' },
    sample: { by: 'frequency', hz },
    sides: 'both',
    when: [],
  })
  const syscalls = { collector: 'syscalls' }
  const { whole, fast, pid, cgroup } = OLD_SPECS
  expect(specs).toEqual({
    whole: { version: 2, recipe: whole.recipe, instruments: [stacks(99), syscalls], durationMs: 30_000 },
    fast: { version: 2, recipe: fast.recipe, instruments: [stacks(499)], durationMs: 5_000, filter: fast.filter },
    pid: { version: 2, recipe: pid.recipe, instruments: [syscalls], durationMs: 60_000, filter: pid.filter },
    cgroup: { version: 2, recipe: cgroup.recipe, instruments: [stacks(1), syscalls], durationMs: 300_000, filter: cgroup.filter },
  })
})

it('keeps results, their counts and what is known of their quality', async () => {
  const { rows } = await client.query<{ id: string; counts: unknown; quality: unknown }>(
    'SELECT capture_id AS id, chunk_counts AS counts, quality FROM targets',
  )
  expect(Object.fromEntries(rows.map((row) => [row.id, row.counts]))).toEqual({
    whole: { profile: 3, syscalls: 2 },
    fast: { profile: 1 },
    pid: {},
    cgroup: {},
  })
  expect(targetQualitySchema.parse(rows.find((row) => row.id === 'whole')?.quality)).toEqual({
    ...OLD_QUALITY,
    hits: 0,
    overCapEvents: 0,
    unmatchedSpans: 0,
    sampledEvery: 1,
    braked: null,
    forecast: null,
    unknownBy: [],
  })
  expect((await client.query('SELECT FROM chunks')).rowCount).toBe(2)
  expect((await client.query('SELECT FROM host_queries')).rowCount).toBe(0)
})

it('takes the new kinds of chunk, and no others', async () => {
  const insert = (seq: number, kind: string) =>
    client.query(
      `INSERT INTO chunks (capture_id, host_id, attempt, seq, kind, sha256, size_bytes, data)
       VALUES ('pid', 'h', 1, $1, $2, repeat('c', 64), 1, 'z')`,
      [seq, kind],
    )
  for (const [seq, kind] of CHUNK_KINDS.entries()) await insert(seq, kind)
  await expect(insert(100, 'other')).rejects.toThrow(/chunks_kind_check/)
})
