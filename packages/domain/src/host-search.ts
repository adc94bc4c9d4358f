import { labelKeySchema } from '@sonde/contract'
import { likePattern } from './like-pattern.ts'

/** A search of hosts: words, all of which must match. `key=value` is a label, anything else occurs in the name, the labels or the facts. */
export type HostSearch = { labels: Record<string, string>; words: string[] }

/**
 * Null: it asks for two values of one label, and a host has one. No word is left out, however many there are: each narrows, and rules and
 * pipelines trace the hosts that are found. Texts have 500 characters at most.
 */
export function parseHostSearch(text: string): HostSearch | null {
  const labels: Record<string, string> = {}
  const words: string[] = []
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const at = word.indexOf('=')
    const key = at > 0 ? word.slice(0, at) : ''
    if (!labelKeySchema.safeParse(key).success) {
      words.push(likePattern(word))
      continue
    }
    const value = word.slice(at + 1)
    if (Object.hasOwn(labels, key) && labels[key] !== value) return null
    labels[key] = value
  }
  return { labels, words }
}

/** SQL on `hosts`: what the search finds, `$1` being its labels as JSON and `$2` its words. */
export const HOST_SEARCH_SQL = `removed_at IS NULL AND labels @> $1::jsonb AND NOT EXISTS (
  SELECT FROM unnest($2::text[]) AS word
  WHERE concat_ws(' ', name, facts->>'hostname', facts->>'os', facts->>'kernel', facts->>'arch', facts->>'cpuModel',
    facts->>'agentVersion',
    (SELECT string_agg(concat_ws(' ', tool->>'name', tool->>'version'), ' ') FROM jsonb_array_elements(facts->'tools') AS tool),
    (SELECT string_agg(key || '=' || value, ' ') FROM jsonb_each_text(labels))) NOT ILIKE word
)`
