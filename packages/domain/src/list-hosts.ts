import { type Actor, type HostView, labelKeySchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { HOST_COLUMNS, HOST_ONLINE_SQL, type HostRow, hostView } from './host-view.ts'
import { likePattern } from './like-pattern.ts'

/**
 * Hosts by name. `search` is words, all of which must match: `key=value` is a label, anything else occurs in the name, the
 * labels or the facts (system, kernel, CPU, tools).
 */
export async function listHosts(actor: Actor, app: App, input: { search?: string | undefined }): Promise<HostView[]> {
  authorize(actor, 'host.read')
  const labels: Record<string, string> = {}
  const words: string[] = []
  let impossible = false
  for (const word of (input.search ?? '').trim().split(/\s+/).filter(Boolean).slice(0, 20)) {
    const at = word.indexOf('=')
    const key = at > 0 ? word.slice(0, at) : ''
    if (!labelKeySchema.safeParse(key).success) words.push(likePattern(word))
    else {
      const value = word.slice(at + 1)
      impossible ||= key in labels && labels[key] !== value // a host has one value per label
      labels[key] = value
    }
  }
  if (impossible) return []
  const { rows } = await app.db.pool.query<HostRow & { online: boolean }>(
    `SELECT ${HOST_COLUMNS}, ${HOST_ONLINE_SQL} AS online FROM hosts
     WHERE removed_at IS NULL AND labels @> $1::jsonb AND NOT EXISTS (
       SELECT FROM unnest($2::text[]) AS word
       WHERE concat_ws(' ', name, facts->>'hostname', facts->>'os', facts->>'kernel', facts->>'arch', facts->>'cpuModel',
         facts->>'agentVersion',
         (SELECT string_agg(concat_ws(' ', tool->>'name', tool->>'version'), ' ') FROM jsonb_array_elements(facts->'tools') AS tool),
         (SELECT string_agg(key || '=' || value, ' ') FROM jsonb_each_text(labels))) NOT ILIKE word
     )
     ORDER BY name, id LIMIT 5000`,
    [JSON.stringify(labels), words],
  )
  return rows.map(hostView)
}
