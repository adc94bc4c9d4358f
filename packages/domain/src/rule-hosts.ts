import { type HostLoad, hostLoadSchema, type RuleHosts } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import { HOST_SEARCH_SQL, parseHostSearch } from './host-search.ts'
import { HOST_ONLINE_SQL } from './host-view.ts'

/** `load`: null where the host has not said, or not in a form that can be read. */
export type RuleHost = { id: string; name: string; online: boolean; load: HostLoad | null }

/** The hosts that a rule is about now, by name; removed ones are none. */
export async function hostsOfRule(db: Queryable, hosts: RuleHosts): Promise<RuleHost[]> {
  const columns = `id, name, load, ${HOST_ONLINE_SQL} AS online`
  type Row = { id: string; name: string; load: unknown; online: boolean }
  const read = async (): Promise<Row[]> => {
    if (hosts.by === 'hosts') {
      const { rows } = await db.query<Row>(`SELECT ${columns} FROM hosts WHERE removed_at IS NULL AND id = ANY ($1) ORDER BY name, id`, [
        hosts.hostIds,
      ])
      return rows
    }
    const search = parseHostSearch(hosts.search)
    if (search === null) return []
    const { rows } = await db.query<Row>(`SELECT ${columns} FROM hosts WHERE ${HOST_SEARCH_SQL} ORDER BY name, id LIMIT 5000`, [
      JSON.stringify(search.labels),
      search.words,
    ])
    return rows
  }
  return (await read()).map((row) => ({ ...row, load: hostLoadSchema.safeParse(row.load).data ?? null }))
}

/**
 * Which hosts an alert means by its words for them: the same name, whatever its case, a port and a scheme aside; one of the two may be the
 * short form of the other (`db-1`, `db-1.example.org`). Each look-up takes time by the name's length, however many words there are.
 */
export function hostsCalled(words: readonly string[]): (name: string) => boolean {
  const whole = new Set(words.map(bareHostName).filter((word) => word !== ''))
  const shortForms = new Set([...whole].flatMap(shortFormsOf))
  return (name) => {
    const own = name.toLowerCase()
    return whole.has(own) || shortForms.has(own) || shortFormsOf(own).some((short) => whole.has(short))
  }
}

/** `db-1.example.org` → `db-1`, `db-1.example`; an address has none. */
function shortFormsOf(name: string): string[] {
  if (isAddress(name)) return []
  const labels = name.split('.')
  return labels.slice(1).map((_, i) => labels.slice(0, i + 1).join('.'))
}

/** `https://DB-1.example.org:9100/metrics` → `db-1.example.org`; `[::1]:9100` → `::1`. */
export function bareHostName(text: string): string {
  const withoutScheme = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
  const [authority = ''] = withoutScheme.split('/')
  const bracketed = /^\[([^\]]*)\]/.exec(authority)?.[1]
  if (bracketed !== undefined) return bracketed
  // More than one colon and no brackets: an IPv6 address without a port.
  return authority.split(':').length === 2 ? authority.replace(/:\d*$/, '') : authority
}

const isAddress = (text: string): boolean => /^[\d.]+$/.test(text) || text.includes(':')
