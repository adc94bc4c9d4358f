import { createReadStream, statSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import * as z from 'zod'
import { type Context, printJson } from '../context.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import { plain } from '../terminal-text.ts'

const importedSchema = z.object({ id: z.string(), url: z.string() })

/** Makes a capture of a file of another tool: perf.data, folded stacks, pprof, speedscope … `-` is stdin. */
export async function importFile({ io, client, json }: Context, file: string, options: { name?: string }): Promise<void> {
  const name = options.name ?? (file === '-' ? 'stdin' : path.basename(file))
  const { value, raw } = await client.json('/captures/import', importedSchema, {
    method: 'POST',
    query: { name },
    stream: file === '-' ? io.stdin() : streamOf(file),
  })
  if (json) return printJson(io, raw)
  io.out(`${plain(value.id)}\n`)
  io.err(`${plain(value.url)}\n`)
}

function streamOf(file: string): ReadableStream {
  try {
    if (!statSync(file).isFile()) throw new Error('it is no file')
  } catch (error) {
    throw new CliError(EXIT.failure, `${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  return Readable.toWeb(createReadStream(file)) as ReadableStream
}
