import { captureListSchema } from '../answers.ts'
import { STATE_COLORS } from '../capture-progress.ts'
import { type Context, printJson } from '../context.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import { formatTable } from '../table.ts'

/** The newest captures that match. */
export async function list({ io, client, paint, json }: Context, words: readonly string[], options: { limit: string }): Promise<void> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new CliError(EXIT.usage, '--limit takes a number from 1 to 100')
  const { value, raw } = await client.json('/captures', captureListSchema, { query: { search: words.join(' ') || undefined, limit } })
  if (json) return printJson(io, raw)
  const rows = value.items.map((capture) => [
    capture.id,
    { text: capture.state, color: STATE_COLORS[capture.state] },
    capture.createdAt.slice(0, 16).replace('T', ' '),
    capture.hosts.length === 1 ? (capture.hosts[0]?.name ?? '') : `${capture.hosts.length} hosts`,
    capture.createdBy.name,
    capture.title,
  ])
  io.out(formatTable(['ID', 'STATE', 'STARTED (UTC)', 'HOSTS', 'BY', 'TITLE'], rows, paint))
  if (value.nextCursor !== null) io.err(`the newest ${value.items.length}; there are more\n`)
}

export async function cancel({ io, client }: Context, id: string): Promise<void> {
  await client.send(`/captures/${encodeURIComponent(id)}/cancel`, { method: 'POST' })
  io.err('The hosts are being told to stop.\n')
}

export async function remove({ io, client }: Context, id: string): Promise<void> {
  await client.send(`/captures/${encodeURIComponent(id)}`, { method: 'DELETE' })
  io.err('Deleted.\n')
}
