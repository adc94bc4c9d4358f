import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type CaptureSpec, CHUNK_LIMITS, type ChunkKind, SondeError, storedSpecSchema } from '@sonde/contract'
import type { z } from 'zod'
import type { App } from './app.ts'
import type { CachedMerge, MergeCache } from './merge-cache.ts'
import { readResultVersion } from './read-result-version.ts'

const gunzipAsync = promisify(gunzip)

/** Chunks that are read at once: bounds memory. */
const BATCH = 32

/** What the deltas of one kind of a capture add up to so far, and which chunks are in it (`host/attempt/seq`). */
export type CachedDeltas<Merged> = CachedMerge & { merged: Merged; included: Set<string> }

/** How deltas of one kind are added up. `merged` grows in place. */
export type DeltaMerger<Delta, Merged> = {
  kind: ChunkKind
  schema: z.ZodType<Delta>
  cache: MergeCache<CachedDeltas<Merged>>
  empty: (spec: CaptureSpec) => Merged
  add: (merged: Merged, hostId: string, delta: Delta) => void
  bytesOf: (merged: Merged) => number
}

/**
 * Everything of one kind that a capture's hosts have uploaded so far, merged; while it runs, only what is new is read and added to what
 * is cached. What is returned must be looked at before the next await: another reader may let it grow. Throws `not-found`.
 */
export async function readMerged<Delta, Merged>(app: App, captureId: string, merger: DeltaMerger<Delta, Merged>): Promise<Merged> {
  const { cache, kind } = merger
  const version = await readResultVersion(app, captureId, kind)
  const key = `${captureId}/${kind}`
  const cached = cache.get(key)
  if (cached && cached.version >= version) return cached.merged
  // One at a time for a capture, since it grows in place.
  const grow = () =>
    cache.once(key, async () => {
      const grown = await addNew(app, captureId, merger, cache.get(key))
      cache.put(key, grown)
      return grown
    })
  const entry = await grow()
  // It may have been under way already, from before this reader's chunks were there: the next one has them.
  return entry.version >= version ? entry.merged : (await grow()).merged
}

async function addNew<Delta, Merged>(
  app: App,
  captureId: string,
  { kind, schema, empty, add, bytesOf }: DeltaMerger<Delta, Merged>,
  base: CachedDeltas<Merged> | undefined,
): Promise<CachedDeltas<Merged>> {
  const merged = base?.merged ?? empty(await readSpec(app, captureId))
  const included = base?.included ?? new Set<string>()
  const refs = await app.blobs.list(captureId, kind)
  const nameOf = (ref: { hostId: string; attempt: number; seq: number }) => `${ref.hostId}/${ref.attempt}/${ref.seq}`
  const fresh = refs.filter((ref) => !included.has(nameOf(ref)))
  for (let i = 0; i < fresh.length; i += BATCH) {
    for (const chunk of await app.blobs.read(captureId, fresh.slice(i, i + BATCH))) {
      const raw = await gunzipAsync(chunk.data, { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
      // Stored as it was sent, so parsed as on arrival: that is also what cuts a host's overlong text.
      add(merged, chunk.hostId, schema.parse(JSON.parse(raw.toString('utf8'))))
      included.add(nameOf(chunk))
    }
  }
  return { version: refs.length, merged, included, sizeBytes: bytesOf(merged) + included.size * 80 }
}

/** What was asked for. Throws `not-found`. */
export async function readSpec(app: App, captureId: string): Promise<CaptureSpec> {
  const { rows } = await app.db.pool.query<{ spec: unknown }>('SELECT spec FROM captures WHERE id = $1 AND deleted_at IS NULL', [captureId])
  if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  return storedSpecSchema.parse(rows[0].spec)
}
