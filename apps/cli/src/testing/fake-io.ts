import path from 'node:path'
import type { Io } from '../io.ts'
import { runCli } from '../run-cli.ts'
import { temporaryFolder } from './temporary-folder.ts'

export type Asked = { method: string; path: string; query: Record<string, string>; headers: Record<string, string>; body: string }
export type Answer = { status?: number; json?: unknown; text?: string; bytes?: Uint8Array } | Error

/** A command line away from any terminal, whose server is a function. Sleeping passes at once. */
export class FakeCli {
  readonly asked: Asked[] = []
  readonly configFile = path.join(temporaryFolder(), 'sonde', 'config.json')
  out = ''
  err = ''
  url: string | null = 'https://sonde.test'
  token: string | null = 'spt_test'
  stdin = ''
  isTerminal = false
  slept: number[] = []
  #nowMs = 0

  readonly #server: (asked: Asked) => Answer
  constructor(server: (asked: Asked) => Answer) {
    this.#server = server
  }

  async run(...words: string[]): Promise<number> {
    this.out = ''
    this.err = ''
    const io: Io = {
      out: (text) => {
        this.out += text
      },
      err: (text) => {
        this.err += text
      },
      outBytes: async (bytes) => {
        this.out += Buffer.from(bytes).toString('latin1')
      },
      outIsTerminal: this.isTerminal,
      errIsTerminal: this.isTerminal,
      env: { url: this.url, token: this.token, configFile: this.configFile, noColor: false, hostName: 'laptop' },
      fetch: (url, init) => this.#fetch(url, init),
      sleep: async (ms) => {
        this.slept.push(ms)
        this.#nowMs += ms
      },
      nowMs: () => this.#nowMs,
      stdin: () => new Blob([this.stdin]).stream(),
    }
    return await runCli(words, io)
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { origin, pathname, searchParams } = new URL(url)
    const body = init.body instanceof ReadableStream ? await new Response(init.body).text() : String(init.body ?? '')
    const asked = {
      method: init.method ?? 'GET',
      path: `${origin}${pathname}`.replace('https://sonde.test/api/v1', ''),
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(new Headers(init.headers)),
      body,
    }
    this.asked.push(asked)
    const answer = this.#server(asked)
    if (answer instanceof Error) throw answer
    const { status = 200, json, text, bytes } = answer
    if (status === 204) return new Response(null, { status })
    return new Response(bytes ? new Uint8Array(bytes) : (text ?? JSON.stringify(json)), { status })
  }
}
