import { HOST_ONLINE_MS, type HostView, hostFactsSchema, hostLoadSchema, labelsSchema } from '@sonde/contract'

export type HostRow = {
  id: string
  name: string
  labels: unknown
  facts: unknown
  load: unknown
  last_seen_at: Date | null
  enrolled_at: Date
}

export const HOST_COLUMNS = 'id, name, labels, facts, load, last_seen_at, enrolled_at'

/** SQL: the host's last heartbeat is young enough. */
export const HOST_ONLINE_SQL = `(removed_at IS NULL AND coalesce(last_seen_at > now() - interval '${HOST_ONLINE_MS} ms', false))`

export function hostView(row: HostRow & { online: boolean }): HostView {
  return {
    id: row.id,
    name: row.name,
    labels: labelsSchema.parse(row.labels),
    facts: hostFactsSchema.parse(row.facts),
    load: hostLoadSchema.nullable().parse(row.load),
    online: row.online,
    lastSeenAt: row.last_seen_at,
    enrolledAt: row.enrolled_at,
  }
}
