import { Client } from './client.ts'
import type { Io } from './io.ts'
import { findServer } from './server.ts'
import { jsonText, type Paint, paintFor } from './terminal-text.ts'

/** Options that every command has. */
export type CommonOptions = { url?: string; json?: boolean }

/** What a command works with. */
export type Context = { io: Io; client: Client; paint: Paint; json: boolean }

export function contextFor(io: Io, options: CommonOptions): Context {
  const client = new Client(io, findServer(io.env, options.url))
  return { io, client, paint: paintFor(io.outIsTerminal, io.env.noColor), json: options.json === true }
}

export const printJson = (io: Io, value: unknown): void => io.out(jsonText(value))
