import {
  AGENT_API,
  agentErrorSchema,
  type CatalogueReply,
  CHUNK_HEADERS,
  type ChunkKind,
  type ChunkReply,
  catalogueReplySchema,
  chunkReplySchema,
  type EndReport,
  type EnrolRequest,
  type EnrolResponse,
  enrolResponseSchema,
  type FinishReply,
  type FinishReport,
  finishReplySchema,
  type Heartbeat,
  type HeartbeatReply,
  heartbeatReplySchema,
  missingCataloguesReplySchema,
  type PollRequest,
  type QueryAnswer,
  type RunningReport,
  type TargetRef,
  type TargetReply,
  type TargetState,
  targetReplySchema,
} from '@sonde/contract'
import { bootMs } from '@sonde/tracer'
import { z } from 'zod'
import { errorText } from './durable-file.ts'
import type { Log } from './log.ts'
import { backoffMs, pause } from './pause.ts'

/** The gateway understood and said no (4xx). Never retried: the answer would be the same. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal'
  readonly status: number
  readonly code: string
  /** The target's state on the server, where that is the reason. */
  readonly state: TargetState | null
  constructor(status: number, code: string, message: string, state: TargetState | null) {
    super(message)
    this.status = status
    this.code = code
    this.state = state
  }
}

/** No answer, a 5xx, or an answer that is not the gateway's: worth trying again. */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable'
}

/** Where the agent's token comes from. `renew` resolves when it is worth another try, be it with a new token or the old one. */
export type Credentials = {
  token(): string
  renew(rejectedToken: string, signal: AbortSignal): Promise<void>
}

/** `retryForMs`: how long to go on after the first failure; 0 = one try. Infinity ends only with the signal. */
export type CallOptions = { signal: AbortSignal; retryForMs: number }

type Call<T> = CallOptions & {
  method?: 'POST' | 'PUT'
  path: string
  body: unknown
  schema: z.ZodType<T>
  timeoutMs?: number
  headers?: Record<string, string>
  credentials?: Credentials
}

const CALL_TIMEOUT_MS = 20_000
const CHUNK_TIMEOUT_MS = 60_000
/** What a held poll may take over its own waiting time. */
const POLL_GRACE_MS = 15_000
const nothing = z.unknown()

/**
 * A poll's commands are checked one by one by their reader: one that this agent does not understand (a newer gateway) must not
 * take the others with it.
 */
const pollReplySchema = z.object({ commands: z.array(z.unknown()).max(1_000) })

/**
 * The agent's side of the API in `@sonde/contract` (agent-protocol.ts). Connections are kept alive by fetch itself.
 * Every method throws GatewayRefusal (4xx), GatewayUnreachable (after its retries), or an AbortError when its signal fires.
 */
export class GatewayClient {
  readonly #baseUrl: string
  readonly #log: Log
  readonly #retryBaseMs: number
  #inContact = true
  #contactBootMs = bootMs()

  /** `retryBaseMs`: the first wait after a failure; it doubles up to 30 s. */
  constructor(baseUrl: string, log: Log, retryBaseMs = 250) {
    this.#baseUrl = baseUrl
    this.#log = log
    this.#retryBaseMs = retryBaseMs
  }

  /** How long ago the gateway last answered, whatever it said; ms on the boot clock. */
  silentMs(): number {
    return bootMs() - this.#contactBootMs
  }

  /** How long to wait before trying something for the n-th time. */
  backoffMs(attempt: number): number {
    return backoffMs(attempt, { baseMs: this.#retryBaseMs })
  }

  enrol(body: EnrolRequest, options: CallOptions): Promise<EnrolResponse> {
    return this.#call({ ...options, path: '/enrol', body, schema: enrolResponseSchema })
  }

  heartbeat(credentials: Credentials, body: Heartbeat, options: CallOptions): Promise<HeartbeatReply> {
    return this.#call({ ...options, credentials, path: '/heartbeat', body, schema: heartbeatReplySchema })
  }

  /** Which of these catalogues the server has no content for. */
  missingCatalogues(credentials: Credentials, keys: readonly string[], options: CallOptions): Promise<{ missing: string[] }> {
    return this.#call({ ...options, credentials, path: '/catalogues/missing', body: { keys }, schema: missingCataloguesReplySchema })
  }

  putCatalogue(credentials: Credentials, key: string, bytes: Uint8Array<ArrayBuffer>, options: CallOptions): Promise<CatalogueReply> {
    return this.#call({
      ...options,
      credentials,
      method: 'PUT',
      path: `/catalogues/${key}`,
      body: bytes,
      headers: { 'content-type': 'application/gzip' },
      timeoutMs: CHUNK_TIMEOUT_MS,
      schema: catalogueReplySchema,
    })
  }

  /** Unchecked commands, to be read one by one with agentCommandSchema. */
  async poll(credentials: Credentials, body: PollRequest, options: CallOptions): Promise<unknown[]> {
    const timeoutMs = body.waitMs + POLL_GRACE_MS
    return (await this.#call({ ...options, credentials, path: '/poll', body, schema: pollReplySchema, timeoutMs })).commands
  }

  answerQuery(credentials: Credentials, queryId: string, body: QueryAnswer, options: CallOptions): Promise<unknown> {
    return this.#call({ ...options, credentials, path: `/queries/${encodeURIComponent(queryId)}`, body, schema: nothing })
  }

  accept(credentials: Credentials, target: TargetRef, options: CallOptions): Promise<TargetReply> {
    return this.#call({ ...options, credentials, path: `${targetPath(target)}/accept`, body: {}, schema: targetReplySchema })
  }

  running(credentials: Credentials, target: TargetRef, body: RunningReport, options: CallOptions): Promise<TargetReply> {
    return this.#call({ ...options, credentials, path: `${targetPath(target)}/running`, body, schema: targetReplySchema })
  }

  end(credentials: Credentials, target: TargetRef, body: EndReport, options: CallOptions): Promise<TargetReply> {
    return this.#call({ ...options, credentials, path: `${targetPath(target)}/end`, body, schema: targetReplySchema })
  }

  finish(credentials: Credentials, target: TargetRef, body: FinishReport, options: CallOptions): Promise<FinishReply> {
    return this.#call({ ...options, credentials, path: `${targetPath(target)}/finish`, body, schema: finishReplySchema })
  }

  putChunk(
    credentials: Credentials,
    target: TargetRef,
    chunk: { seq: number; kind: ChunkKind; sha256: string; bytes: Uint8Array<ArrayBuffer> },
    options: CallOptions,
  ): Promise<ChunkReply> {
    return this.#call({
      ...options,
      credentials,
      method: 'PUT',
      path: `${targetPath(target)}/chunks/${chunk.seq}`,
      body: chunk.bytes,
      headers: { 'content-type': 'application/gzip', [CHUNK_HEADERS.sha256]: chunk.sha256, [CHUNK_HEADERS.kind]: chunk.kind },
      timeoutMs: CHUNK_TIMEOUT_MS,
      schema: chunkReplySchema,
    })
  }

  async #call<T>(call: Call<T>): Promise<T> {
    const startedMs = performance.now()
    for (let attempt = 0; ; attempt++) {
      const token = call.credentials?.token()
      try {
        const reply = await this.#once(call, token)
        this.#contactBootMs = bootMs()
        if (!this.#inContact) this.#log.info({ gateway: this.#baseUrl }, 'in contact with the gateway again')
        this.#inContact = true
        return reply
      } catch (error) {
        if (error instanceof GatewayRefusal) this.#contactBootMs = bootMs()
        call.signal.throwIfAborted()
        const spent = performance.now() - startedMs >= call.retryForMs
        if (error instanceof GatewayRefusal && error.status === 401 && token !== undefined) {
          await call.credentials?.renew(token, call.signal)
          call.signal.throwIfAborted()
          if (spent) throw error
          continue
        }
        if (!(error instanceof GatewayUnreachable)) throw error
        if (this.#inContact) this.#log.warn({ gateway: this.#baseUrl, why: error.message }, 'no contact with the gateway; trying on')
        this.#inContact = false
        if (spent) throw error
        await pause(this.backoffMs(attempt), call.signal)
        call.signal.throwIfAborted()
      }
    }
  }

  async #once<T>(call: Call<T>, token: string | undefined): Promise<T> {
    // Not AbortSignal.any: on Node 20 it leaves a reference behind on the long-lived signal at each call.
    const timeout = new AbortController()
    const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS
    const timer = setTimeout(() => timeout.abort(new GatewayUnreachable(`no answer within ${timeoutMs} ms`)), timeoutMs)
    const stop = () => timeout.abort(call.signal.reason)
    if (call.signal.aborted) stop()
    call.signal.addEventListener('abort', stop, { once: true })
    try {
      const isBinary = call.body instanceof Uint8Array
      const response = await fetch(`${this.#baseUrl}${AGENT_API}${call.path}`, {
        method: call.method ?? 'POST',
        headers: {
          ...(isBinary ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...call.headers,
        },
        body: isBinary ? (call.body as Uint8Array<ArrayBuffer>) : JSON.stringify(call.body),
        // A token goes to the address that was configured, and nowhere else.
        redirect: 'manual',
        signal: timeout.signal,
      })
      const text = await response.text()
      if (!response.ok) throw readFailure(response, text)
      return readReply(text, call.schema)
    } catch (error) {
      if (error instanceof GatewayRefusal || error instanceof GatewayUnreachable) throw error
      throw new GatewayUnreachable(networkText(error))
    } finally {
      clearTimeout(timer)
      call.signal.removeEventListener('abort', stop)
    }
  }
}

const targetPath = (target: TargetRef): string => `/targets/${encodeURIComponent(target.captureId)}/${target.attempt}`

function readReply<T>(text: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = text === '' ? {} : JSON.parse(text)
  } catch {
    throw new GatewayUnreachable('the answer is not JSON; is this the address of a Sonde gateway?')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new GatewayUnreachable(`the answer does not read as the gateway's: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function readFailure(response: Response, text: string): GatewayRefusal | GatewayUnreachable {
  const { status } = response
  if (status >= 300 && status < 400) {
    return new GatewayUnreachable(
      `the address redirects to ${response.headers.get('location') ?? 'elsewhere'}; set SONDE_GATEWAY_URL to that`,
    )
  }
  const error = parseError(text)
  const words = error?.error.message ?? `HTTP ${status}`
  // 408 and 429 ask for another try by definition.
  if (status >= 500 || status === 408 || status === 429) return new GatewayUnreachable(`HTTP ${status}: ${words}`)
  return new GatewayRefusal(status, error?.error.code ?? `http-${status}`, words, error?.state ?? null)
}

function parseError(text: string): z.infer<typeof agentErrorSchema> | null {
  try {
    return agentErrorSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** fetch says only "fetch failed"; the reason (ECONNREFUSED …) is in the cause. */
function networkText(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return errorText(cause) || 'the connection failed'
}
