import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CATALOGUE_LIMITS } from '@sonde/contract'
import type { Db } from '@sonde/db'
import { Catalogue } from './catalogue.ts'
import { MergeCache } from './merge-cache.ts'
import { ProbeIndex } from './probe-index.ts'

const gunzipAsync = promisify(gunzip)

/** A kernel takes 10 MB, node 17 MB. Few kernels and builds make up most of a fleet. */
const LIMITS = {
  catalogues: { maxBytes: 256 * 1024 * 1024, maxEntries: 256 },
  indexes: { maxBytes: 192 * 1024 * 1024, maxEntries: 64 },
} as const

/** Catalogues and search indexes of one process, read from the database when they are first needed; bounded in bytes. */
export class ProbeStore {
  readonly #catalogues = new MergeCache<{ version: number; sizeBytes: number; catalogue: Catalogue | null }>(LIMITS.catalogues)
  readonly #indexes = new MergeCache<{ version: number; sizeBytes: number; index: ProbeIndex }>(LIMITS.indexes)

  /** Null where there is no such catalogue (any more). */
  async catalogue(db: Db, key: string): Promise<Catalogue | null> {
    const known = this.#catalogues.get(key)
    if (known) return known.catalogue
    // Read once, however many wait for it: each has up to 128 MB of text.
    const { catalogue } = await this.#catalogues.once(key, async () => {
      const text = await readText(db, key)
      if (text === null) return { version: 1, sizeBytes: 0, catalogue: null }
      const read = new Catalogue(key, text)
      const entry = { version: 1, sizeBytes: read.memoryBytes, catalogue: read }
      this.#catalogues.put(key, entry)
      return entry
    })
    return catalogue
  }

  /** One index over several catalogues. `keys`: the most common one first, since its details are shown. */
  async index(db: Db, keys: readonly string[]): Promise<ProbeIndex> {
    const name = keys.join(' ')
    const known = this.#indexes.get(name)
    if (known) return known.index
    const { index } = await this.#indexes.once(name, async () => {
      const catalogues: Catalogue[] = []
      for (const key of keys) {
        const catalogue = await this.catalogue(db, key)
        if (catalogue !== null) catalogues.push(catalogue)
      }
      const made = new ProbeIndex(catalogues)
      const entry = { version: 1, sizeBytes: made.memoryBytes, index: made }
      // One that misses a catalogue (purged meanwhile) must not stand for all of them.
      if (catalogues.length === keys.length) this.#indexes.put(name, entry)
      return entry
    })
    return index
  }

  get size(): { catalogues: number; indexes: number; bytes: number } {
    const [catalogues, indexes] = [this.#catalogues.size, this.#indexes.size]
    return { catalogues: catalogues.entries, indexes: indexes.entries, bytes: catalogues.bytes + indexes.bytes }
  }
}

async function readText(db: Db, key: string): Promise<string | null> {
  const { rows } = await db.pool.query<{ data: Buffer }>('SELECT data FROM catalogues WHERE key = $1', [key])
  if (!rows[0]) return null
  return (await gunzipAsync(rows[0].data, { maxOutputLength: CATALOGUE_LIMITS.maxRawBytes })).toString('latin1')
}
