import * as z from 'zod'
import { type Context, printJson } from '../context.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import { plain } from '../terminal-text.ts'

const deploySchema = z.object({ id: z.string(), hosts: z.array(z.unknown()).optional() })

export type DeployOptions = { sha?: string; state: string; label?: string[]; host?: string[]; link?: string; note?: string; key?: string }

/** A marker in time: this version of this service goes out, or has. */
export async function deploy({ io, client, json }: Context, service: string, version: string, options: DeployOptions): Promise<void> {
  const { sha, state, label, host, link, note, key } = options
  const body = {
    service,
    version,
    state,
    ...(sha !== undefined && { sha }),
    ...(label && { labels: Object.fromEntries(label.map(labelOf)) }),
    ...(host && { hosts: host }),
    ...(link !== undefined && { url: link }),
    ...(note !== undefined && { note }),
    ...(key !== undefined && { key }),
  }
  const { value, raw } = await client.json('/deploys', deploySchema, { method: 'POST', body })
  if (json) return printJson(io, raw)
  io.out(`${plain(value.id)}\n`)
  if (value.hosts) io.err(`${value.hosts.length} host(s)\n`)
  io.err(`${client.server.url}/deploys/${plain(value.id)}\n`)
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new CliError(EXIT.usage, `--label ${JSON.stringify(text.slice(0, 100))}: write it as in env=prod`)
  return [text.slice(0, at), text.slice(at + 1)]
}
