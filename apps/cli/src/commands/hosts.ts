import { hostListSchema } from '../answers.ts'
import { type Context, printJson } from '../context.ts'
import { formatTable } from '../table.ts'

export async function hosts({ io, client, paint, json }: Context, selectors: readonly string[]): Promise<void> {
  const search = selectors.join(' ')
  const { value, raw } = await client.json('/hosts', hostListSchema, { query: { search: search || undefined } })
  if (json) return printJson(io, raw)
  const rows = value.items.map((host) => [
    host.name,
    { text: host.online ? 'online' : 'offline', color: host.online ? ('good' as const) : ('dim' as const) },
    host.load && host.online ? host.load.load1.toFixed(2) : '',
    host.load?.cpuBusy != null && host.online ? `${Math.round(host.load.cpuBusy * 100)} %` : '',
    String(host.facts.cpuCount),
    host.facts.kernel,
    Object.entries(host.labels)
      .map(([key, label]) => `${key}=${label}`)
      .join(' '),
  ])
  io.out(formatTable(['HOST', 'STATE', 'LOAD', 'BUSY', 'CPUS', 'KERNEL', 'LABELS'], rows, paint, [2, 3, 4]))
  const online = value.items.filter((host) => host.online).length
  io.err(`${value.items.length} host(s), ${online} online\n`)
}
