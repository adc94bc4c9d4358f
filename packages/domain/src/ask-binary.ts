import type { BinaryCatalogue, BinaryRef } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { askHosts, failureOf } from './ask-hosts.ts'
import { binaryRefText, type ProbeHost, readProbeHosts } from './probe-hosts.ts'
import { storableJson } from './storable.ts'

/** A browser's two hundred thousand symbols take seconds to read and to send, once. */
const TIMEOUT_MS = 20_000
/** While somebody types, hosts are asked once: a process's files change, but not between two letters. */
const FRESH_MS = 60_000
/** A host that could not answer is not asked again at every letter. */
const FAILURE_MS = 15_000
const MAX_FAILURES = 2_000

/** Questions about binaries that this process has under way, and those that failed a moment ago. */
export class BinaryAsks {
  readonly #running = new Map<string, Promise<string | null>>()
  readonly #failures = new Map<string, { message: string; until: number }>()

  /** Why the host could not answer, null where it did; asks it unless that is known, or under way already. */
  async ask(key: string, work: () => Promise<string | null>): Promise<string | null> {
    const failure = this.#failures.get(key)
    if (failure && failure.until > performance.now()) return failure.message
    const running = this.#running.get(key)
    if (running) return await running
    const promise = work().finally(() => this.#running.delete(key))
    this.#running.set(key, promise)
    const message = await promise
    this.#failures.delete(key)
    if (message !== null) {
      for (const oldest of this.#failures.keys()) {
        if (this.#failures.size < MAX_FAILURES) break
        this.#failures.delete(oldest)
      }
      this.#failures.set(key, { message, until: performance.now() + FAILURE_MS })
    }
    return message
  }
}

export type AskedHosts = { hosts: ProbeHost[] /** Why a host could not answer, by its id. */; failures: Map<string, string> }

/**
 * What a reference stands for on each host, and its catalogue: asked from those that are connected and have not said so within the
 * last minute. Others keep what they said before. Throws `not-found` for an unknown host.
 */
export async function askBinary(app: App, hostIds: readonly string[], ref: BinaryRef): Promise<AskedHosts> {
  const refText = binaryRefText(ref)
  const fresh = await freshHosts(app, hostIds, refText)
  const before = await readProbeHosts(app, hostIds, ref)
  const failures = new Map<string, string>()
  const asked = before.filter((host) => host.online && !fresh.has(host.id))
  await Promise.all(
    asked.map(async (host) => {
      const message = await app.binaryAsks.ask(`${host.id} ${refText}`, () => askOne(app, host, ref, refText))
      if (message !== null) failures.set(host.id, message)
    }),
  )
  for (const host of before) if (!host.online && host.catalogues.length === 0) failures.set(host.id, 'It is not connected.')
  return { hosts: asked.length === 0 ? before : await readProbeHosts(app, hostIds, ref), failures }
}

async function freshHosts(app: App, hostIds: readonly string[], refText: string): Promise<Set<string>> {
  const { rows } = await app.db.pool.query<{ id: string }>(
    `SELECT DISTINCT host_id AS id FROM host_catalogues h
     WHERE host_id = ANY ($1) AND kind = 'binary' AND ref = $2 AND seen_at > now() - interval '${FRESH_MS} ms'
       AND EXISTS (SELECT FROM catalogues c WHERE c.key = h.catalogue_key)`,
    [hostIds, refText],
  )
  return new Set(rows.map((row) => row.id))
}

async function askOne(app: App, host: ProbeHost, ref: BinaryRef, refText: string): Promise<string | null> {
  const [result] = await askHosts(app, [host.id], { kind: 'binary', ref }, TIMEOUT_MS)
  if (!result) return 'It did not answer.'
  if ('failure' in result) return `${failureOf(result.failure, 'It', TIMEOUT_MS).message}.`
  if (result.answer.kind === 'error') return await forget(app, host, refText, result.answer.message)
  if (result.answer.kind !== 'binary') return 'It gave another answer than asked for.'
  await remember(app, host, refText, result.answer.binaries)
  return null
}

async function remember(app: App, host: ProbeHost, refText: string, binaries: readonly BinaryCatalogue[]): Promise<void> {
  const keys = binaries.map(({ key }) => key)
  await inTransaction(app.db.pool, async (client) => {
    await client.query(`DELETE FROM host_catalogues WHERE host_id = $1 AND kind = 'binary' AND ref = $2 AND NOT catalogue_key = ANY ($3)`, [
      host.id,
      refText,
      keys,
    ])
    await client.query(
      `INSERT INTO host_catalogues (host_id, kind, ref, catalogue_key, facts)
       SELECT DISTINCT ON (key) $1, 'binary', $2, key, facts FROM unnest($3::text[], $4::jsonb[]) AS sent (key, facts)
       ON CONFLICT (host_id, kind, ref, catalogue_key) DO UPDATE SET seen_at = now(), facts = excluded.facts`,
      [host.id, refText, keys, binaries.map(storableJson)],
    )
  })
}

/** The process has ended, the file is gone: what the host said before does not hold any more. */
async function forget(app: App, host: ProbeHost, refText: string, message: string): Promise<string> {
  await app.db.pool.query(`DELETE FROM host_catalogues WHERE host_id = $1 AND kind = 'binary' AND ref = $2`, [host.id, refText])
  return message
}
