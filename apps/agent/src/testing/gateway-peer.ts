import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import {
  CHUNK_HEADERS,
  type ChunkKind,
  type EndReport,
  endReportSchema,
  enrolRequestSchema,
  type FinishReport,
  finishReportSchema,
  type Heartbeat,
  type HostCommand,
  heartbeatSchema,
  missingCataloguesRequestSchema,
  type PollRequest,
  pollRequestSchema,
  type QueryAnswer,
  queryAnswerSchema,
  runningReportSchema,
  type TargetRef,
  type TargetState,
  type ThresholdWatch,
} from '@sonde/contract'

export type PeerChunk = { seq: number; kind: ChunkKind; sha256: string; raw: Buffer; sizeBytes: number }
export type PeerTarget = {
  state: TargetState
  cancelRequested: boolean
  commands: HostCommand[] | null
  chunks: Map<number, PeerChunk>
  end: EndReport | null
  finish: FinishReport | null
}

/** What a test does to a request before it is handled: answer it otherwise, or break it. */
export type Fault = 'drop' | 'drop-after' | { status: number; state?: TargetState; message?: string } | null

/**
 * A gateway for tests: a real HTTP server that speaks the agents' API with the state rules of the contract, and that a test can
 * make flaky. It keeps everything in memory.
 */
export class GatewayPeer {
  readonly targets = new Map<string, PeerTarget>()
  readonly heartbeats: Heartbeat[] = []
  /** What hosts are asked to watch. */
  watches: ThresholdWatch[] = []
  readonly polls: PollRequest[] = []
  readonly answers = new Map<string, QueryAnswer>()
  /** Texts of the catalogues that were sent, by key. */
  readonly catalogues = new Map<string, string>()
  /** `METHOD path` of every request, in order of arrival. */
  readonly requests: string[] = []
  readonly joinTokens = new Set<string>(['sjt_valid-join-token'])
  readonly agentTokens = new Map<string, string>()
  fault: (request: string) => Fault = () => null
  #server: Server | null = null
  #port = 0
  #commands: unknown[] = []
  #wake: () => void = () => undefined
  #enrolled = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#handle(request, response).catch(() => request.socket.destroy())
    })
    server.keepAliveTimeout = 75_000
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    const address = server.address()
    if (address !== null && typeof address === 'object') this.#port = address.port
    this.#server = server
  }

  /** The port stays the same for the next start: to the agent it is the same gateway, gone and back. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  /** A command for the next poll. */
  send(command: unknown): void {
    this.#commands.push(command)
    this.#wake()
  }

  offer(target: TargetRef, spec: unknown): PeerTarget {
    const offered: PeerTarget = { state: 'offered', cancelRequested: false, commands: null, chunks: new Map(), end: null, finish: null }
    this.targets.set(`${target.captureId}/${target.attempt}`, offered)
    this.send({ type: 'start', target, spec })
    return offered
  }

  cancel(target: TargetRef): void {
    const found = this.targets.get(`${target.captureId}/${target.attempt}`)
    if (found !== undefined) found.cancelRequested = true
    this.send({ type: 'cancel', target })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url?.replace('/agent/v1', '')}`
    this.requests.push(line)
    const body = await readBody(request)
    const fault = this.fault(line)
    if (fault === 'drop') {
      request.socket.destroy()
      return
    }
    if (fault !== null && fault !== 'drop-after') {
      const { status, state, message = 'as the test wants it' } = fault
      return reply(response, status, { error: { code: 'test', message }, ...(state === undefined ? {} : { state }) })
    }
    const [status, json] = await this.#answer(line, request, body)
    // Handled, but the agent never hears of it.
    if (fault === 'drop-after') request.socket.destroy()
    else reply(response, status, json)
  }

  async #answer(line: string, request: IncomingMessage, body: Buffer): Promise<[number, unknown]> {
    if (line === 'POST /enrol') {
      const { joinToken, machineKey } = enrolRequestSchema.parse(json(body))
      if (!this.joinTokens.has(joinToken)) return [401, failure('not-signed-in', 'this join token is not valid')]
      const agentToken = `sat_${machineKey.slice(0, 20)}_${++this.#enrolled}`
      const hostId = `host-${machineKey.slice(0, 12)}`
      for (const [token, owner] of this.agentTokens) if (owner === hostId) this.agentTokens.delete(token)
      this.agentTokens.set(agentToken, hostId)
      return [200, { hostId, agentToken }]
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    if (!this.agentTokens.has(token)) return [401, failure('not-signed-in', 'this token is not valid')]
    if (line === 'POST /heartbeat') {
      const beat = heartbeatSchema.parse(json(body))
      this.heartbeats.push(beat)
      return [200, { missingCatalogues: this.#missing(beat.catalogues?.keys.map(({ key }) => key) ?? []), watches: this.watches }]
    }
    if (line === 'POST /catalogues/missing') {
      return [200, { missing: this.#missing(missingCataloguesRequestSchema.parse(json(body)).keys) }]
    }
    const catalogue = /^PUT \/catalogues\/([0-9a-f]{64})$/.exec(line)
    if (catalogue?.[1] !== undefined) return this.#catalogue(catalogue[1], gunzipSync(body))
    if (line === 'POST /poll') return [200, { commands: await this.#poll(pollRequestSchema.parse(json(body))) }]
    const query = /^POST \/queries\/(.+)$/.exec(line)
    if (query?.[1] !== undefined) {
      this.answers.set(query[1], queryAnswerSchema.parse(json(body)))
      return [200, {}]
    }
    const [, captureId, attempt, verb, seq] = /^(?:POST|PUT) \/targets\/([^/]+)\/(\d+)\/([a-z]+)(?:\/(\d+))?$/.exec(line) ?? []
    const target = this.targets.get(`${captureId}/${attempt}`)
    if (target === undefined) return [404, failure('not-found', 'no such target')]
    return this.#target(target, verb ?? '', seq, request, body)
  }

  #missing(keys: readonly string[]): string[] {
    return keys.filter((key) => !this.catalogues.has(key))
  }

  #catalogue(key: string, text: Buffer): [number, unknown] {
    if (createHash('sha256').update(text).digest('hex') !== key) return [422, failure('unprocessable', 'not the content of this key')]
    this.catalogues.set(key, text.toString('latin1'))
    return [200, { stored: true }]
  }

  #target(target: PeerTarget, verb: string, seq: string | undefined, request: IncomingMessage, body: Buffer): [number, unknown] {
    const move = (from: TargetState[], to: TargetState): [number, unknown] => {
      if (!from.includes(target.state) && target.state !== to) {
        return [409, { ...failure('conflict', `the target is ${target.state}`), state: target.state }]
      }
      target.state = to
      return [200, { state: to, cancelRequested: target.cancelRequested }]
    }
    if (verb === 'accept') return move(['offered'], 'accepted')
    if (verb === 'running') {
      const moved = move(['accepted'], 'running')
      if (moved[0] === 200) target.commands = runningReportSchema.parse(json(body)).commands
      return moved
    }
    if (verb === 'end') {
      const report = endReportSchema.parse(json(body))
      const from: TargetState[] =
        report.state === 'refused' ? ['offered', 'accepted'] : ['offered', 'accepted', 'running', 'uploading', 'lost']
      const moved = move(from, report.state)
      if (moved[0] === 200) target.end ??= report
      return moved
    }
    if (!['running', 'uploading', 'lost', 'done'].includes(target.state)) {
      return [409, { ...failure('conflict', `the target is ${target.state}`), state: target.state }]
    }
    if (verb === 'finish') return [200, this.#finish(target, finishReportSchema.parse(json(body)))]
    return this.#chunk(target, Number(seq), request, body)
  }

  #finish(target: PeerTarget, report: FinishReport): unknown {
    const missing = report.manifest.filter((entry) => target.chunks.get(entry.seq)?.sha256 !== entry.sha256).map((entry) => entry.seq)
    target.state = missing.length === 0 ? 'done' : 'uploading'
    target.finish = report
    return { state: target.state, missing }
  }

  #chunk(target: PeerTarget, seq: number, request: IncomingMessage, body: Buffer): [number, unknown] {
    const sha256 = createHash('sha256').update(body).digest('hex')
    if (sha256 !== request.headers[CHUNK_HEADERS.sha256]) return [422, failure('unprocessable', 'the hash does not match')]
    if (body.length > 1024 * 1024) return [413, failure('too-large', 'more than 1 MiB')]
    const duplicate = target.chunks.has(seq)
    const kind = request.headers[CHUNK_HEADERS.kind] === 'syscalls' ? 'syscalls' : 'profile'
    if (!duplicate) target.chunks.set(seq, { seq, kind, sha256, raw: gunzipSync(body), sizeBytes: body.length })
    return [200, { stored: !duplicate, duplicate, cancelRequested: target.cancelRequested }]
  }

  async #poll(request: PollRequest): Promise<unknown[]> {
    this.polls.push(request)
    if (this.#commands.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, request.waitMs)
        timer.unref()
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.#commands.splice(0)
  }
}

const failure = (code: string, message: string) => ({ error: { code, message } })
const json = (body: Buffer): unknown => JSON.parse(body.toString('utf8'))

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
