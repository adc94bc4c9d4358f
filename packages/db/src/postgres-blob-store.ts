import { type ChunkKind, chunkKindSchema } from '@sonde/contract'
import type { BlobStore, StoredChunk } from './blob-store.ts'
import type { Db } from './create-db.ts'

type Row = { host_id: string; attempt: number; seq: number; kind: string; data: Buffer }

const chunkOf = (row: Row): StoredChunk => ({
  hostId: row.host_id,
  attempt: row.attempt,
  seq: row.seq,
  kind: chunkKindSchema.parse(row.kind),
  data: row.data,
})

/** Chunks as rows of `chunks`, by plain SQL: Prisma is about half as fast with bytes. */
export function createPostgresBlobStore({ pool }: Pick<Db, 'pool'>): BlobStore {
  return {
    put: async (ref, chunk, { openStates, leaseMs }) => {
      // The lock on the target's row makes uploads of one target take turns, so that a doubled request sees the first one's
      // row, and a target that ends meanwhile takes nothing more.
      const { rows } = await pool.query<{ open: boolean; stored: boolean }>(
        `WITH issued AS (
           SELECT 1 FROM targets
           WHERE capture_id = $1 AND host_id = $2 AND attempt = $3 AND state = ANY ($8) FOR UPDATE
         ), stored AS (
           INSERT INTO chunks (capture_id, host_id, attempt, seq, kind, sha256, size_bytes, data)
           SELECT $1, $2, $3, $4, $5, $6, octet_length($7::bytea), $7::bytea FROM issued
           ON CONFLICT DO NOTHING
           RETURNING kind, size_bytes
         ), counted AS (
           UPDATE targets SET
             chunk_counts = chunk_counts || jsonb_build_object(stored.kind, coalesce((chunk_counts->>stored.kind)::int, 0) + 1),
             stored_bytes = stored_bytes + stored.size_bytes,
             lease_until = CASE WHEN ended_at IS NULL THEN GREATEST(lease_until, now() + $9 * interval '1 ms') ELSE lease_until END,
             revision = revision + 1
           FROM stored WHERE capture_id = $1 AND host_id = $2
         )
         SELECT EXISTS (SELECT FROM issued) AS open, EXISTS (SELECT FROM stored) AS stored`,
        [ref.captureId, ref.hostId, ref.attempt, ref.seq, chunk.kind, chunk.sha256, chunk.data, openStates, leaseMs],
      )
      if (rows[0]?.stored) return 'stored'
      const existing = await pool.query<{ sha256: string; kind: string }>(
        'SELECT sha256, kind FROM chunks WHERE capture_id = $1 AND host_id = $2 AND attempt = $3 AND seq = $4',
        [ref.captureId, ref.hostId, ref.attempt, ref.seq],
      )
      const row = existing.rows[0]
      if (row) return row.sha256 === chunk.sha256 && row.kind === chunk.kind ? 'duplicate' : 'conflict'
      return 'closed'
    },

    manifest: async (target) => {
      const { rows } = await pool.query<{ seq: number; kind: ChunkKind; sha256: string; sizeBytes: number }>(
        `SELECT seq, kind, sha256, size_bytes AS "sizeBytes" FROM chunks
         WHERE capture_id = $1 AND host_id = $2 AND attempt = $3 ORDER BY seq`,
        [target.captureId, target.hostId, target.attempt],
      )
      return rows
    },

    list: async (captureId, kind) => {
      const { rows } = await pool.query<{ hostId: string; attempt: number; seq: number }>(
        `SELECT host_id AS "hostId", attempt, seq FROM chunks WHERE capture_id = $1 AND kind = $2 ORDER BY host_id, attempt, seq`,
        [captureId, kind],
      )
      return rows
    },

    read: async (captureId, refs) => {
      const { rows } = await pool.query<Row>(
        `SELECT c.host_id, c.attempt, c.seq, c.kind, c.data
         FROM unnest($2::text[], $3::int[], $4::int[]) WITH ORDINALITY AS wanted (host_id, attempt, seq, place)
         JOIN chunks c ON c.capture_id = $1 AND c.host_id = wanted.host_id AND c.attempt = wanted.attempt AND c.seq = wanted.seq
         ORDER BY wanted.place`,
        [captureId, refs.map((r) => r.hostId), refs.map((r) => r.attempt), refs.map((r) => r.seq)],
      )
      return rows.map(chunkOf)
    },

    latest: async (captureId, kind) => {
      const { rows } = await pool.query<Row>(
        `SELECT DISTINCT ON (host_id) host_id, attempt, seq, kind, data FROM chunks
         WHERE capture_id = $1 AND kind = $2 ORDER BY host_id, attempt DESC, seq DESC`,
        [captureId, kind],
      )
      return rows.map(chunkOf)
    },
  }
}
