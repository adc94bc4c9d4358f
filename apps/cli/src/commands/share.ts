import * as z from 'zod'
import { type Context, printJson } from '../context.ts'
import { parseDuration } from '../duration.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import { formatTable } from '../table.ts'
import { plain } from '../terminal-text.ts'

const newShareSchema = z.object({ id: z.string(), url: z.string(), expiresAt: z.string(), dropped: z.array(z.string()) })
const sharesSchema = z.object({
  items: z.array(
    z.object({ id: z.string(), captureTitle: z.string(), hosts: z.boolean(), args: z.boolean(), expiresAt: z.string(), reads: z.number() }),
  ),
})
const HOUR_MS = 3_600_000

export type ShareOptions = { view?: string; for: string; hosts?: boolean; args?: boolean }

/** A link that needs no account; its address goes to stdout, this once. */
export async function share({ io, client, json }: Context, id: string, options: ShareOptions): Promise<void> {
  const hours = Math.round(parseDuration(options.for) / HOUR_MS)
  if (hours < 1) throw new CliError(EXIT.usage, 'a link lives an hour at least')
  const body = { id, hours, hosts: options.hosts === true, args: options.args === true, view: (options.view ?? '').replace(/^.*\?/, '') }
  const { value, raw } = await client.json('/shares', newShareSchema, { method: 'POST', body })
  if (json) printJson(io, raw)
  else io.out(`${plain(value.url)}\n`)
  const shown = options.hosts ? 'with' : 'without'
  io.err(
    `until ${value.expiresAt.slice(0, 16).replace('T', ' ')} UTC, ${shown} names of hosts, ${options.args ? 'with' : 'without'} arguments; id ${plain(value.id)}\n`,
  )
  if (value.dropped.length > 0)
    io.err(`left out of the view, since they name what the link hides: ${value.dropped.map((name) => plain(name)).join(', ')}\n`)
}

export async function shares({ io, client, paint, json }: Context, captureId: string | undefined): Promise<void> {
  const { value, raw } = await client.json('/shares', sharesSchema, { query: { capture: captureId } })
  if (json) return printJson(io, raw)
  const rows = value.items.map((link) => [
    link.id,
    link.expiresAt.slice(0, 16).replace('T', ' '),
    String(link.reads),
    [link.hosts && 'hosts', link.args && 'arguments'].filter(Boolean).join(' ') || '-',
    link.captureTitle,
  ])
  io.out(formatTable(['ID', 'UNTIL (UTC)', 'READS', 'SHOWS', 'CAPTURE'], rows, paint, [2]))
}

export async function unshare({ io, client }: Context, id: string): Promise<void> {
  await client.send(`/shares/${encodeURIComponent(id)}`, { method: 'DELETE' })
  io.err('Revoked: the link shows nothing any more.\n')
}
