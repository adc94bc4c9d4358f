import type { CliEnv } from './env.ts'

/** All that a command touches outside itself, so that tests can stand in for it. Data goes to stdout, everything else to stderr. */
export type Io = {
  out: (text: string) => void
  err: (text: string) => void
  /** stdout, as bytes. */
  outBytes: (bytes: Uint8Array) => Promise<void>
  outIsTerminal: boolean
  errIsTerminal: boolean
  env: CliEnv
  fetch: (url: string, init: RequestInit & { duplex?: 'half' }) => Promise<Response>
  sleep: (ms: number) => Promise<void>
  nowMs: () => number
  stdin: () => ReadableStream
}
