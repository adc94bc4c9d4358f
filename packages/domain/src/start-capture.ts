import { type Actor, type CaptureSpec, findRecipe, instrumentTitle, SondeError, type StartCaptureInput } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/**
 * Makes a capture with one queued target per host and says so to the gateways. A host that is offline gets a target all the
 * same: it may be back within the minute, and if not, the target says that it was not. Throws `not-found` for an unknown host.
 */
export async function startCapture(actor: Actor, app: App, input: StartCaptureInput): Promise<{ id: string }> {
  const person = authorize(actor, 'capture.start')
  const hostIds = [...new Set(input.hostIds)]
  const id = app.newId()
  await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ id: string; name: string }>(
      'SELECT id, name FROM hosts WHERE id = ANY ($1) AND removed_at IS NULL ORDER BY name, id FOR SHARE',
      [hostIds],
    )
    const known = new Set(rows.map((row) => row.id))
    const unknown = hostIds.filter((hostId) => !known.has(hostId))
    if (unknown.length > 0) throw new SondeError('not-found', `no such host: ${unknown.slice(0, 5).join(', ')}`)
    const title =
      input.title ||
      defaultTitle(
        input.spec,
        rows.map((row) => row.name),
      )
    await client.query('INSERT INTO captures (id, title, spec, created_by_id) VALUES ($1, $2, $3, $4)', [
      id,
      title,
      JSON.stringify(input.spec),
      person.userId,
    ])
    await client.query('INSERT INTO targets (capture_id, host_id) SELECT $1, unnest($2::text[])', [id, hostIds])
  })
  await app.bus.announce(id)
  return { id }
}

const MAX_TITLE = 120

/** "CPU profile of web-1", "Latency of vfs_read on web-1 and 211 more". */
export function defaultTitle(spec: CaptureSpec, names: readonly string[]): string {
  const [first = 'no host', ...others] = names
  const more = others.length === 0 ? '' : others.length === 1 ? ` and ${others[0]}` : ` and ${others.length} more`
  const recipe = findRecipe(spec.recipe)
  const what = recipe ? recipe.title : capitalise(spec.instruments.map(instrumentTitle).join(' + '))
  const where = ` ${recipe ? 'of' : 'on'} ${first}${more}`
  // A mangled symbol or a host's name may be long: what is recorded gives way, since where is what tells two captures apart.
  const room = Math.max(20, MAX_TITLE - where.length)
  return `${what.length > room ? `${what.slice(0, room - 1)}…` : what}${where}`
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
