import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { CliError, EXIT } from './exit-codes.ts'

/** A token belongs to its server: it is never sent to another one. */
const configSchema = z.object({
  version: z.literal(1),
  /** The server that was signed in to last. */
  current: z.string().nullable(),
  servers: z.record(z.string(), z.object({ token: z.string() })),
})
export type Config = z.infer<typeof configSchema>

const EMPTY: Config = { version: 1, current: null, servers: {} }

/** What `sonde login` stored; nothing where there is no file. Throws where the file is not one of ours. */
export function readConfig(file: string): Config {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY
    throw new CliError(EXIT.failure, `${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  try {
    return configSchema.parse(JSON.parse(text))
  } catch {
    throw new CliError(EXIT.failure, `${file} is not a configuration of sonde: remove it and sign in again`)
  }
}

/** For its owner alone, and never half written. */
export function writeConfig(file: string, config: Config): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}.new`
  writeFileSync(fresh, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  chmodSync(fresh, 0o600)
  renameSync(fresh, file)
}
