import { createHash } from 'node:crypto'
import { CHUNK_KINDS, type ChunkKind } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BlobStore } from './blob-store.ts'
import { createDb, type Db } from './create-db.ts'
import { createPostgresBlobStore } from './postgres-blob-store.ts'
import { startTestDatabase, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
let db: Db
let blobs: BlobStore
const options = { openStates: ['running', 'lost'], leaseMs: 60_000 }
const ref = (seq: number, hostId = 'host-a') => ({ captureId: 'capture-1', hostId, attempt: 1, seq })
const chunk = (text: string, kind: ChunkKind = 'profile') => {
  const data = Buffer.from(text)
  return { kind, data, sha256: createHash('sha256').update(data).digest('hex') }
}

beforeAll(async () => {
  database = await startTestDatabase()
  db = createDb(database.url)
  blobs = createPostgresBlobStore(db)
})
afterAll(async () => {
  await db.close()
  await database.stop()
})
beforeEach(async () => {
  await db.pool.query('TRUNCATE users, hosts, captures, targets, chunks CASCADE')
  await db.pool.query(`INSERT INTO users (id, name, email) VALUES ('user-1', 'U', 'u@example.org')`)
  await db.pool.query(`INSERT INTO captures (id, title, spec, created_by_id) VALUES ('capture-1', 't', '{}', 'user-1')`)
  for (const host of ['host-a', 'host-b']) {
    await db.pool.query(`INSERT INTO hosts (id, machine_key, name, labels, facts) VALUES ($1, $1, $1, '{}', '{}')`, [host])
    await db.pool.query(
      `INSERT INTO targets (capture_id, host_id, state, lease_until) VALUES ('capture-1', $1, 'running', now() + interval '1 s')`,
      [host],
    )
  }
})
const target = async (host = 'host-a') =>
  (await db.pool.query("SELECT *, lease_until > now() + interval '50 s' AS extended FROM targets WHERE host_id = $1", [host])).rows[0]

describe('the Postgres blob store', () => {
  it('stores once, knows a repetition, refuses another content', async () => {
    expect(await blobs.put(ref(0), chunk('one'), options)).toBe('stored')
    expect(await blobs.put(ref(0), chunk('one'), options)).toBe('duplicate')
    expect(await blobs.put(ref(0), chunk('other'), options)).toBe('conflict')
    expect(await blobs.put(ref(0), chunk('one', 'syscalls'), options)).toBe('conflict')
    expect(await target()).toMatchObject({ chunk_counts: { profile: 1 }, stored_bytes: '3', revision: 1, extended: true })
  })

  it('takes every kind of chunk and counts each by itself', async () => {
    for (const [i, kind] of CHUNK_KINDS.entries()) {
      for (let n = 0; n <= i; n++) expect(await blobs.put(ref(i * 100 + n), chunk(`${kind} ${n}`, kind), options)).toBe('stored')
    }
    expect((await target()).chunk_counts).toEqual(Object.fromEntries(CHUNK_KINDS.map((kind, i) => [kind, i + 1])))
    expect((await target('host-b')).chunk_counts).toEqual({})
  })

  it('stores one of many identical uploads at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => blobs.put(ref(0), chunk('same'), options)))
    expect(outcomes.filter((o) => o === 'stored')).toHaveLength(1)
    expect(outcomes.filter((o) => o === 'duplicate')).toHaveLength(7)
    expect((await target()).chunk_counts).toEqual({ profile: 1 })
  })

  it('takes nothing new for a target that is closed, unknown or of another attempt, but knows what it has', async () => {
    await blobs.put(ref(0), chunk('one'), options)
    await db.pool.query(`UPDATE targets SET state = 'done', ended_at = now() WHERE host_id = 'host-a'`)
    expect(await blobs.put(ref(1), chunk('two'), options)).toBe('closed')
    expect(await blobs.put(ref(0), chunk('one'), options)).toBe('duplicate')
    expect(await blobs.put({ ...ref(0), hostId: 'host-x' }, chunk('one'), options)).toBe('closed')
    expect(await blobs.put({ ...ref(0, 'host-b'), attempt: 2 }, chunk('one'), options)).toBe('closed')
    expect((await target()).chunk_counts).toEqual({ profile: 1 })
  })

  it('stores chunks of a lost target without giving it a lease', async () => {
    await db.pool.query(`UPDATE targets SET state = 'lost', ended_at = now() WHERE host_id = 'host-a'`)
    expect(await blobs.put(ref(0), chunk('late'), options)).toBe('stored')
    expect((await target()).extended).toBe(false)
  })

  it('lists, reads in the order asked and finds the latest of each host', async () => {
    const bytes = Buffer.from([0, 1, 254, 255, 0x5c, 0x78])
    await blobs.put(ref(0), { kind: 'profile', data: bytes, sha256: createHash('sha256').update(bytes).digest('hex') }, options)
    await blobs.put(ref(1), chunk('s1', 'syscalls'), options)
    await blobs.put(ref(2), chunk('s2', 'syscalls'), options)
    await blobs.put(ref(10), chunk('p10'), options)
    await blobs.put(ref(0, 'host-b'), chunk('b0', 'syscalls'), options)
    const refs = await blobs.list('capture-1', 'profile')
    expect(refs.map((r) => r.seq)).toEqual([0, 10])
    const read = await blobs.read('capture-1', [...refs].reverse())
    expect(read.map((c) => c.seq)).toEqual([10, 0])
    expect(read[1]?.data.equals(bytes)).toBe(true)
    expect((await blobs.latest('capture-1', 'syscalls')).map((c) => [c.hostId, c.seq, c.data.toString()])).toEqual([
      ['host-a', 2, 's2'],
      ['host-b', 0, 'b0'],
    ])
    expect((await blobs.manifest(ref(0))).map((e) => [e.seq, e.kind, e.sizeBytes])).toEqual([
      [0, 'profile', 6],
      [1, 'syscalls', 2],
      [2, 'syscalls', 2],
      [10, 'profile', 3],
    ])
    await db.pool.query(`DELETE FROM chunks WHERE seq = 10`)
    expect((await blobs.read('capture-1', refs)).map((c) => c.seq)).toEqual([0])
  })

  it('does not compress again what is gzip already', async () => {
    const { rows } = await db.pool.query(`SELECT attstorage FROM pg_attribute WHERE attrelid = 'chunks'::regclass AND attname = 'data'`)
    expect(rows).toEqual([{ attstorage: 'e' }])
  })
})
