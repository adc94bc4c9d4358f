import type { SearchTerm } from '@sonde/contract'
import { likePattern } from './like-pattern.ts'

/** jsonpath: every text in the instruments, so that a probe, a function or an argument finds the captures that used it. */
const TEXTS = `'strict $.** ? (@.type() == "string")'`

/** Shorter words are in nearly every capture's functions. */
const LEAST_FOR_TERMS = 3

/**
 * One term of a search as SQL about the rows `c` (captures), `u` (who started it) and `t.names` (its hosts) of `list-captures`. What was typed
 * goes in as a value: `value(v)` gives the placeholder. A word of no field is looked for everywhere but in notes.
 */
export function searchCondition(term: SearchTerm, value: (value: unknown) => string): string {
  const pattern = value(likePattern(term.text))
  switch (term.field) {
    case 'host':
      return `t.names ILIKE ${pattern}`
    case 'label':
      return `(${hasLabel(term.text, value)} OR ${saysOfItself(pattern)})`
    case 'function':
    case 'syscall':
      return hasTerm([term.field], pattern)
    case 'by':
      return `u.name ILIKE ${pattern}`
    case 'tag':
      return hasTag(pattern)
    case 'deploy':
      return ofDeploy(pattern)
    case 'note':
      return hasNote(pattern)
    case 'any': {
      const inResults = term.text.length < LEAST_FOR_TERMS ? '' : ` OR ${hasTerm(['function', 'syscall'], pattern)}`
      return `(${saysOfItself(pattern)} OR ${hasTag(pattern)}${inResults})`
    }
  }
}

/** Title, recipe, probes and settings, the imported file's name and format, why and by whom it was started, its hosts. */
const saysOfItself = (pattern: string): string =>
  `concat_ws(' ', c.title, c.spec->>'recipe', c.source->>'fileName', c.source->>'format', c.reason->>'text', jsonb_path_query_array(c.spec->'instruments', ${TEXTS})::text, u.name, t.names) ILIKE ${pattern}`

const hasTag = (pattern: string): string => `EXISTS (SELECT FROM capture_tags g WHERE g.capture_id = c.id AND g.tag ILIKE ${pattern})`

const hasTerm = (kinds: readonly string[], pattern: string): string =>
  `c.id IN (SELECT x.capture_id FROM terms m JOIN capture_terms x ON x.term_id = m.id WHERE m.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')}) AND m.text ILIKE ${pattern})`

/** Of a host, as its labels are now: `key=value`, or a key or a value alone. */
function hasLabel(text: string, value: (value: unknown) => string): string {
  const [key = '', ...rest] = text.split('=')
  const labels = 'SELECT FROM targets lt JOIN hosts lh ON lh.id = lt.host_id'
  if (rest.length > 0) return `EXISTS (${labels} WHERE lt.capture_id = c.id AND lh.labels->>${value(key)} = ${value(rest.join('='))})`
  const word = value(text)
  return `EXISTS (${labels}, jsonb_each_text(lh.labels) AS l (key, value) WHERE lt.capture_id = c.id AND (l.key = ${word} OR l.value = ${word}))`
}

/** Recorded before or after a deploy, by its service, version or commit. */
const ofDeploy = (pattern: string): string =>
  `EXISTS (SELECT FROM deploy_pairs p JOIN deploys d ON d.id = p.deploy_id
    WHERE c.id IN (p.before_capture_id, p.after_capture_id) AND concat_ws(' ', d.service, d.version, d.sha) ILIKE ${pattern})`

/** Comments on the capture, and what stands in incidents that hold it. */
const hasNote = (pattern: string): string =>
  `(EXISTS (SELECT FROM comments m WHERE m.capture_id = c.id AND m.text ILIKE ${pattern})
    OR EXISTS (SELECT FROM incident_items i JOIN incidents f ON f.id = i.incident_id WHERE i.capture_id = c.id AND concat_ws(' ', i.text, f.title, f.summary) ILIKE ${pattern}))`
