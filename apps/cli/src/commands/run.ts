import { EVERY_HOST, recipeParamSchema, requestedCaptureSchema } from '@sonde/contract'
import * as z from 'zod'
import { reportOf, waitForEnd } from '../capture-progress.ts'
import { type Context, printJson } from '../context.ts'
import { parseDuration } from '../duration.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import { plain } from '../terminal-text.ts'

export type RunOptions = {
  for?: string
  title?: string
  reason?: string
  host?: string[]
  all?: boolean
  pid?: string
  process?: string
  cgroup?: string
  container?: string
  set?: string[]
  wait?: boolean
  follow?: boolean
}

const recipeSchema = z.object({ id: z.string(), params: z.array(recipeParamSchema) })

/** Starts a capture; with `--wait` or `--follow`, ends with it. The id goes to stdout. */
export async function run(context: Context, recipe: string, selectors: readonly string[], options: RunOptions): Promise<void> {
  const { io, client, json } = context
  const body = {
    ...hostsOf(selectors, options),
    recipe,
    ...(options.set && { values: await valuesOf(context, recipe, options.set) }),
    ...(options.for !== undefined && { durationMs: parseDuration(options.for) }),
    ...filterOf(options),
    ...(options.title !== undefined && { title: options.title }),
    ...(options.reason !== undefined && { reason: options.reason }),
  }
  const { value: started, raw } = await client.json('/captures', requestedCaptureSchema, { method: 'POST', body })
  io.err(`${started.hosts.length} host(s): ${started.hosts.map((host) => plain(host.name, 60)).join(', ')}\n`)
  if (started.offline.length > 0)
    io.err(`left out, since they are offline: ${started.offline.map((host) => plain(host.name, 60)).join(', ')}\n`)
  io.err(`${plain(started.url)}\n`)
  if (!options.wait && !options.follow) {
    if (json) printJson(io, raw)
    else io.out(`${started.id}\n`)
    return
  }
  const end = await waitForEnd(io, client, started.id, options.follow === true)
  if (json) printJson(io, end.raw)
  else io.out(`${started.id}\n`)
  for (const line of reportOf(end.capture)) io.err(`${line}\n`)
  if (end.capture.state === 'failed' || end.capture.state === 'cancelled')
    throw new CliError(EXIT.failure, `the capture ${end.capture.state === 'failed' ? 'failed' : 'was cancelled'}`)
}

function hostsOf(selectors: readonly string[], { host, all }: RunOptions): { hostIds: string[] } | { selector: string } {
  const ways = [host !== undefined, all === true, selectors.length > 0].filter(Boolean).length
  if (ways !== 1) throw new CliError(EXIT.usage, 'say which hosts: words as in service=checkout env=prod, or --host ID, or --all')
  if (host) return { hostIds: host }
  return { selector: all ? EVERY_HOST : selectors.join(' ') }
}

function filterOf({ pid, process, cgroup, container }: RunOptions): { filter?: unknown } {
  const filters = [
    ...(pid === undefined ? [] : [{ kind: 'pid', pid: Number(pid) }]),
    ...(process === undefined ? [] : [{ kind: 'process', name: process }]),
    ...(cgroup === undefined ? [] : [{ kind: 'cgroup', path: cgroup }]),
    ...(container === undefined ? [] : [{ kind: 'container', id: container }]),
  ]
  if (filters.length > 1) throw new CliError(EXIT.usage, 'one of --pid, --process, --cgroup, --container')
  if (pid !== undefined && !/^[1-9]\d{0,6}$/.test(pid)) throw new CliError(EXIT.usage, '--pid takes the number of a process')
  return filters.length === 1 ? { filter: filters[0] } : {}
}

/** `name=text` by the type that the recipe's parameter has. A binary is an absolute path, the name of a library, or JSON. */
async function valuesOf({ client }: Context, recipe: string, settings: readonly string[]): Promise<Record<string, unknown>> {
  const { value } = await client.json(`/recipes/${encodeURIComponent(recipe)}`, recipeSchema)
  const values: Record<string, unknown> = {}
  for (const setting of settings) {
    const at = setting.indexOf('=')
    const name = setting.slice(0, at)
    const text = setting.slice(at + 1)
    const param = value.params.find((candidate) => candidate.name === name)
    if (at < 1 || !param) {
      const known = value.params.map((candidate) => candidate.name).join(', ')
      throw new CliError(
        EXIT.usage,
        `--set ${JSON.stringify(setting.slice(0, 100))}: ${recipe} takes ${known ? `${known}, as in name=value` : 'no values'}`,
      )
    }
    values[name] = param.type === 'number' ? numberOf(name, text) : param.type === 'binary' ? binaryOf(text) : text
  }
  return values
}

function numberOf(name: string, text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new CliError(EXIT.usage, `--set ${name}: a number`)
  return Number(text)
}

function binaryOf(text: string): unknown {
  if (text.startsWith('/')) return { of: 'path', path: text }
  if (!text.startsWith('{')) return { of: 'library', name: text }
  try {
    return JSON.parse(text)
  } catch {
    throw new CliError(EXIT.usage, '--set: a binary is /an/absolute/path, libNAME.so, or JSON')
  }
}
