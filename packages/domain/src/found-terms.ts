import type { FoundTerm, SearchTerm } from '@sonde/contract'
import type { App } from './app.ts'
import { likePattern } from './like-pattern.ts'

/** Of one capture: more would hide the capture itself. */
const MOST = 3

/** What of each capture's results a search named, the largest share first, by capture id; nothing where it named none. */
export async function readFoundTerms(
  app: App,
  captureIds: readonly string[],
  terms: readonly SearchTerm[],
): Promise<Map<string, FoundTerm[]>> {
  const found = new Map<string, FoundTerm[]>()
  const patterns = (field: 'function' | 'syscall') =>
    terms.filter((term) => term.field === field || term.field === 'any').map((term) => likePattern(term.text))
  if (captureIds.length === 0 || patterns('function').length + patterns('syscall').length === 0) return found
  const { rows } = await app.db.pool.query<{ capture_id: string } & FoundTerm>(
    `SELECT capture_id, kind, text, share FROM (
       SELECT x.capture_id, m.kind, m.text, x.share, row_number() OVER (PARTITION BY x.capture_id ORDER BY x.share DESC, m.text) AS place
       FROM capture_terms x JOIN terms m ON m.id = x.term_id
       WHERE x.capture_id = ANY ($1) AND ((m.kind = 'function' AND m.text ILIKE ANY ($2)) OR (m.kind = 'syscall' AND m.text ILIKE ANY ($3)))
     ) ranked WHERE place <= $4 ORDER BY place`,
    [captureIds, patterns('function'), patterns('syscall'), MOST],
  )
  for (const { capture_id, kind, text, share } of rows) found.set(capture_id, [...(found.get(capture_id) ?? []), { kind, text, share }])
  return found
}
