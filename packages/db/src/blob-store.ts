import type { ChunkKind, ManifestEntry } from '@sonde/contract'

/** Names one chunk, for ever: what is stored under it never changes. */
export type ChunkRef = { captureId: string; hostId: string; attempt: number; seq: number }

export type StoredChunk = { hostId: string; attempt: number; seq: number; kind: ChunkKind /** gzip, as sent */; data: Buffer }

/** `closed`: the target was not (any more) in one of the states that take results. `conflict`: another content is stored there. */
export type PutOutcome = 'stored' | 'duplicate' | 'conflict' | 'closed'

/**
 * Where results' bytes live. Seam for other drivers (S3: bytes under `captureId/hostId/attempt/seq`, the rest in Postgres);
 * keep it this small.
 */
export interface BlobStore {
  /**
   * Stores a chunk if its name is free and its target is in one of `openStates`, and counts it on the target, all or nothing.
   * Extends the target's lease to at least `leaseMs` from now: whoever uploads is alive.
   */
  put: (
    ref: ChunkRef,
    chunk: { kind: ChunkKind; sha256: string; data: Uint8Array },
    options: { openStates: readonly string[]; leaseMs: number },
  ) => Promise<PutOutcome>
  /** Everything stored for one target, without the bytes, by seq. */
  manifest: (target: Omit<ChunkRef, 'seq'>) => Promise<ManifestEntry[]>
  /** Names of a capture's chunks of one kind, ordered by host, attempt, seq. */
  list: (captureId: string, kind: ChunkKind) => Promise<Array<Omit<ChunkRef, 'captureId'>>>
  /** The chunks with these names, in the order asked; ones that are gone (a capture deleted meanwhile) are left out. */
  read: (captureId: string, refs: ReadonlyArray<Omit<ChunkRef, 'captureId'>>) => Promise<StoredChunk[]>
  /** Of each host the chunk of this kind with the highest seq of its latest attempt. */
  latest: (captureId: string, kind: ChunkKind) => Promise<StoredChunk[]>
}
