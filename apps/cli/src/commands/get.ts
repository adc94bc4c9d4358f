import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { captureSchema } from '../answers.ts'
import { reportOf, STATE_COLORS } from '../capture-progress.ts'
import { type Context, printJson } from '../context.ts'
import { formatCsv } from '../csv.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { ROWS_OF, type TabularResult } from '../result-rows.ts'
import { jsonText, plain, plainLines } from '../terminal-text.ts'

export const PROFILE_FORMATS = ['folded', 'pprof', 'speedscope', 'perf-script', 'sonde'] as const
export const RESULTS = ['profile', 'offcpu', 'syscalls', 'counts', 'latency', 'events', 'counters'] as const
export type GetOptions = {
  result?: (typeof RESULTS)[number]
  format?: (typeof PROFILE_FORMATS)[number] | 'json' | 'csv'
  output?: string
  host?: string
  process?: string
  window?: string
  search?: string
}
const BINARY = new Set<string>(['pprof', 'sonde'])

/** Results of a capture, as files that other tools read; without a result or a format, what the capture is. */
export async function get(context: Context, id: string, options: GetOptions): Promise<void> {
  const { result, format } = options
  const path = `/captures/${encodeURIComponent(id)}`
  const isProfile =
    result === 'profile' || result === 'offcpu' || (result === undefined && PROFILE_FORMATS.some((known) => known === format))
  if (isProfile) return await getProfile(context, path, options)
  if (result !== undefined) return await getTable(context, path, result as TabularResult, options)
  if (format === 'csv') throw new CliError(EXIT.usage, `say which result: --result ${Object.keys(ROWS_OF).join('|')}`)
  await describe(context, path, options)
}

async function describe({ io, client, paint, json }: Context, path: string, { format, output }: GetOptions): Promise<void> {
  const { value, raw } = await client.json(path, captureSchema)
  if (output !== undefined) return await save(io, Buffer.from(jsonText(raw)), output)
  if (json || format === 'json') return printJson(io, raw)
  io.out(`${plain(value.title)}\n${paint(value.state, STATE_COLORS[value.state])}, by ${plain(value.createdBy.name)}, ${value.createdAt}\n`)
  for (const line of reportOf(value)) io.out(`${line}\n`)
  const has = Object.entries(value.resultVersion).filter(([, version]) => version > 0)
  io.out(`results: ${has.map(([kind]) => kind).join(', ') || 'none yet'}\n${client.server.url}/captures/${plain(value.id)}\n`)
}

async function getProfile({ io, client }: Context, path: string, options: GetOptions): Promise<void> {
  const { result = 'profile', format = 'folded', host, process, window, output } = options
  if (format === 'json' || format === 'csv') throw new CliError(EXIT.usage, `stacks come as ${PROFILE_FORMATS.join(', ')}`)
  if (BINARY.has(format) && output === undefined && io.outIsTerminal)
    throw new CliError(EXIT.usage, `${format} is not for a terminal: write it to a file with -o`)
  const bytes = await client.bytes(`${path}/profile`, { query: { kind: result, format, host, process, window } })
  await save(io, bytes, output)
}

async function getTable({ io, client, json }: Context, path: string, result: TabularResult, options: GetOptions): Promise<void> {
  const { format, host, process, window, search, output } = options
  if (format !== undefined && format !== 'json' && format !== 'csv') throw new CliError(EXIT.usage, `${result} come as json or csv`)
  const narrowed = { host, process, search, window }
  const query = result === 'syscalls' ? { window } : result === 'counters' ? { host, window } : narrowed
  const ignored = Object.entries(narrowed).filter(([name, value]) => value !== undefined && !Object.hasOwn(query, name))
  if (ignored.length > 0) throw new CliError(EXIT.usage, `${result} cannot be narrowed by --${ignored[0]?.[0]}`)
  const response = await client.send(`${path}/${result}`, { query })
  const answer: unknown = await response.json()
  const isCsv = format === 'csv' && !json
  const { head, rows } = isCsv ? ROWS_OF[result](answer) : { head: [], rows: [] }
  await save(io, Buffer.from(isCsv ? formatCsv(head, rows) : jsonText(answer)), output)
}

/** To a file, or to stdout: as it is, but on a terminal without what could speak to it. */
export async function save(io: Io, bytes: Uint8Array, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-')
    return await io.outBytes(io.outIsTerminal ? Buffer.from(plainLines(Buffer.from(bytes).toString('utf8'))) : bytes)
  const file = createWriteStream(output)
  try {
    file.end(bytes)
    await finished(file)
  } catch (error) {
    throw new CliError(EXIT.failure, `${output} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
  io.err(`${output}: ${bytes.length} bytes\n`)
}
