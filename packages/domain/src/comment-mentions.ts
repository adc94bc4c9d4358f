import { COMMENT_LIMITS, type NamedPerson, SondeError } from '@sonde/contract'
import type { Queryable } from '@sonde/db'

const MENTION = /@\[([A-Za-z0-9_-]{1,64})\]/g

/** Ids that a text mentions, each once. */
export function mentionedIds(text: string): string[] {
  return [...new Set([...text.matchAll(MENTION)].flatMap(([, id]) => (id === undefined ? [] : [id])))]
}

/**
 * Makes a comment's mentions those of its text: whoever was mentioned before keeps whether they have seen it. Ids of nobody and of
 * the author are no mentions. Throws `invalid` where there are too many.
 */
export async function storeMentions(db: Queryable, comment: { id: string; authorId: string; text: string }): Promise<void> {
  const ids = mentionedIds(comment.text).filter((id) => id !== comment.authorId)
  if (ids.length > COMMENT_LIMITS.mentions) throw new SondeError('invalid', `at most ${COMMENT_LIMITS.mentions} people in one note`)
  await db.query('DELETE FROM mentions WHERE comment_id = $1 AND NOT user_id = ANY ($2)', [comment.id, ids])
  await db.query('INSERT INTO mentions (comment_id, user_id) SELECT $1, id FROM users WHERE id = ANY ($2) ON CONFLICT DO NOTHING', [
    comment.id,
    ids,
  ])
}

/** Names of everyone that some texts mention, by id. */
export async function mentionedNames(db: Queryable, texts: readonly string[]): Promise<(text: string) => NamedPerson[]> {
  const ids = [...new Set(texts.flatMap(mentionedIds))]
  const { rows } = ids.length === 0 ? { rows: [] } : await db.query<NamedPerson>('SELECT id, name FROM users WHERE id = ANY ($1)', [ids])
  const names = new Map(rows.map((row) => [row.id, row.name]))
  return (text) =>
    mentionedIds(text).flatMap((id) => {
      const name = names.get(id)
      return name === undefined ? [] : [{ id, name }]
    })
}

/** A text with the names of those it mentions in place of their ids, for where nobody can be told; an id of nobody stays. */
export function mentionsAsNames(text: string, people: readonly NamedPerson[]): string {
  const names = new Map(people.map(({ id, name }) => [id, name]))
  return text.replace(MENTION, (mention, id: string) => (names.has(id) ? `@${names.get(id)}` : mention))
}
