import { type Actor, MAX_TAGS, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/** A capture's tags, in order. Throws `not-found`. */
export async function readTags(actor: Actor, app: App, input: { id: string }): Promise<string[]> {
  authorize(actor, 'tag.read')
  const { rows } = await app.db.pool.query<{ tags: string[] }>(
    `SELECT array(SELECT tag FROM capture_tags t WHERE t.capture_id = c.id ORDER BY tag) AS tags
     FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [input.id],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  return rows[0].tags
}

/** Adds or takes away a tag (captureTagSchema); doing it twice changes nothing. Throws `not-found`, and `conflict` beyond MAX_TAGS. */
export async function tagCapture(actor: Actor, app: App, input: { id: string; tag: string; on: boolean }): Promise<void> {
  const person = authorize(actor, 'tag.write')
  await inTransaction(app.db.pool, async (client) => {
    // Locked, so that two who add the last one at once do not both.
    const { rows } = await client.query('SELECT id FROM captures WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE', [input.id])
    if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
    if (!input.on) {
      await client.query('DELETE FROM capture_tags WHERE capture_id = $1 AND tag = $2', [input.id, input.tag])
      return
    }
    await client.query('INSERT INTO capture_tags (capture_id, tag, added_by_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      input.id,
      input.tag,
      person.userId,
    ])
    const { rows: count } = await client.query<{ tags: number }>('SELECT count(*)::int AS tags FROM capture_tags WHERE capture_id = $1', [
      input.id,
    ])
    if ((count[0]?.tags ?? 0) > MAX_TAGS) throw new SondeError('conflict', `a capture has at most ${MAX_TAGS} tags; take one away first`)
  })
}

/** Tags in use, the most used first, at most 200: to complete what is typed. */
export async function listTags(actor: Actor, app: App): Promise<Array<{ tag: string; captures: number }>> {
  authorize(actor, 'tag.read')
  const { rows } = await app.db.pool.query<{ tag: string; captures: number }>(
    `SELECT t.tag, count(*)::int AS captures FROM capture_tags t JOIN captures c ON c.id = t.capture_id
     WHERE c.deleted_at IS NULL GROUP BY t.tag ORDER BY captures DESC, t.tag LIMIT 200`,
  )
  return rows
}
