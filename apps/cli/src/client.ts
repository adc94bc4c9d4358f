import * as z from 'zod'
import { CliError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { Server } from './server.ts'
import { plain } from './terminal-text.ts'

export const VERSION = '0.1.0'

const TIMEOUT_MS = 120_000
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

export type Query = Record<string, string | number | undefined>
type Sent = {
  method?: string
  query?: Query
  body?: unknown
  form?: Record<string, string>
  stream?: ReadableStream
  accept?: readonly number[]
}

/** The REST API of a server (docs: /api/v1/openapi.json). Throws CliErrors with the exit code that fits. */
export class Client {
  readonly server: Server
  readonly #io: Io

  constructor(io: Io, server: Server) {
    this.#io = io
    this.server = server
  }

  /** The JSON answer, checked for what the command needs of it, and as it came. */
  async json<T extends z.ZodType>(path: string, schema: T, sent: Sent = {}): Promise<{ value: z.output<T>; raw: unknown }> {
    const response = await this.send(path, sent)
    const raw = await readJson(response)
    const parsed = schema.safeParse(raw)
    if (!parsed.success)
      throw new CliError(EXIT.failure, `${this.server.url} did not answer as this version of sonde expects: ${issueOf(parsed.error)}`)
    return { value: parsed.data, raw }
  }

  async bytes(path: string, sent: Sent = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.send(path, sent)).arrayBuffer())
  }

  /** Throws unless the answer is a success, or one of the statuses to `accept`. */
  async send(path: string, { method = 'GET', query = {}, body, form, stream, accept = [] }: Sent = {}): Promise<Response> {
    const url = new URL(`${this.server.url}/api/v1${path}`)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
    const { token } = this.server
    const response = await this.#fetch(url.href, {
      method,
      headers: {
        'user-agent': `sonde-cli/${VERSION}`,
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(stream && { 'content-type': 'application/octet-stream' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(form && { body: new URLSearchParams(form).toString() }),
      ...(stream && { body: stream, duplex: 'half' as const }),
      ...(!stream && { signal: AbortSignal.timeout(TIMEOUT_MS) }),
    })
    if (response.ok || accept.includes(response.status)) return response
    throw await this.#problem(response)
  }

  async #fetch(url: string, init: Parameters<Io['fetch']>[1]): Promise<Response> {
    try {
      return await this.#io.fetch(url, init)
    } catch (error) {
      const cause =
        error instanceof Error ? (error.cause instanceof Error ? error.cause.message || error.message : error.message) : String(error)
      throw new CliError(EXIT.unreachable, `${this.server.url} cannot be reached: ${plain(cause)}`)
    }
  }

  async #problem(response: Response): Promise<CliError> {
    const said = errorSchema.safeParse(await response.json().catch(() => null))
    const words = said.success ? plain(said.data.error.message) : `status ${response.status}, not as a Sonde server answers`
    if (response.status === 401) {
      const hint = this.server.token === null ? 'you are not signed in' : words
      return new CliError(EXIT.notSignedIn, `${hint}. Run: sonde login ${this.server.url}`)
    }
    const isDown = !said.success && [502, 503, 504].includes(response.status)
    return new CliError(isDown ? EXIT.unreachable : EXIT.failure, `${this.server.url}: ${words}`)
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw new CliError(EXIT.failure, 'the server’s answer is not JSON: is this the address of a Sonde server?')
  }
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues
  return plain(issue ? `${issue.path.join('.')}: ${issue.message}` : 'not valid')
}
