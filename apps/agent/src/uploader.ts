import { type EndReport, type HostCommand, isFinal, type TargetRef, type TargetState } from '@sonde/contract'
import type { CaptureStop } from './capture-stop.ts'
import { errorText } from './durable-file.ts'
import { type CallOptions, type Credentials, type GatewayClient, GatewayRefusal } from './gateway-client.ts'
import type { Log } from './log.ts'
import type { Outcome } from './outcome.ts'
import { pause } from './pause.ts'
import type { SpooledChunk, TargetSpool } from './spool.ts'

/** The server is done with the target: its final state, or null where it does not know the target (any more). */
export type Settlement = { state: TargetState | null }

export type UploadOptions = {
  client: GatewayClient
  credentials: Credentials
  target: TargetRef
  spool: TargetSpool
  log: Log
  /** The server wants the recording to stop. May be called more than once. */
  onStop(stop: CaptureStop): void
}

/** How often a server may ask for the same target's chunks again, or answer a finish with a state that is not final. */
const MAX_FINISH_ROUNDS = 8
/** How often the server's state and ours may be brought back in step. */
const MAX_CONFLICTS = 3

/**
 * Tells the server about one target, strictly in this order: running → chunks by seq → finish or end. Each step is tried until the
 * server answers, however long it is away; meanwhile the recording goes on and its chunks wait in the spool. Everything that
 * is sent may be sent again (a reply can be lost): the server takes the same chunk twice without harm.
 */
export class TargetUpload {
  readonly #options: UploadOptions
  readonly #sent = new Set<number>()
  /** Chunks whose file is damaged: they cannot be sent. */
  readonly #damaged = new Set<number>()
  #commands: HostCommand[] | null = null
  #runningSent = false
  #outcome: Outcome | null = null
  #skipChunks = false
  #doing: 'running' | 'chunk' | 'finish' | 'end' = 'running'
  #finishRounds = 0
  #conflicts = 0
  #wake: () => void = () => undefined

  constructor(options: UploadOptions) {
    this.#options = options
  }

  /** Probes are attached. */
  attached(commands: HostCommand[]): void {
    this.#commands = commands
    this.#wake()
  }

  /** The spool has a new chunk. */
  chunkAdded(): void {
    this.#wake()
  }

  /** Recording is over and all its chunks are in the spool. A second call replaces the outcome, if there is still time for that. */
  end(outcome: Outcome): void {
    this.#outcome = outcome
    this.#wake()
  }

  /** Cancelled while uploading: what is there already stays, the rest is not sent. */
  endWithoutRest(outcome: Outcome): void {
    this.#skipChunks = true
    this.end(outcome)
  }

  /** Runs until the server has the end. Throws only when the signal fires, or on an error of our own. */
  async run(signal: AbortSignal): Promise<Settlement> {
    const call: CallOptions = { signal, retryForMs: Number.POSITIVE_INFINITY }
    for (;;) {
      signal.throwIfAborted()
      let settlement: Settlement | null = null
      try {
        settlement = await this.#step(call)
      } catch (error) {
        if (!(error instanceof GatewayRefusal)) throw error
        settlement = await this.#refused(error, call)
      }
      if (settlement !== null) {
        this.#options.onStop({ kind: 'gone' })
        return settlement
      }
    }
  }

  /** Sends the next thing there is to send, or waits until there is one. */
  async #step(call: CallOptions): Promise<Settlement | null> {
    const { client, credentials, target } = this.#options
    if (this.#commands !== null && !this.#runningSent) {
      this.#doing = 'running'
      const reply = await client.running(credentials, target, { commands: this.#commands }, call)
      this.#runningSent = true
      return this.#read(reply)
    }
    const chunk = this.#nextChunk()
    if (chunk !== null) {
      this.#doing = 'chunk'
      await this.#sendChunk(chunk, call)
      return null
    }
    if (this.#outcome === null) {
      await this.#waitForWork(call.signal)
      return null
    }
    this.#doing = this.#outcome.kind
    if (this.#outcome.kind === 'end') {
      const { state } = await client.end(credentials, target, this.#outcome.report, call)
      return { state }
    }
    return this.#finish(this.#outcome, call)
  }

  #nextChunk(): SpooledChunk | null {
    if (this.#skipChunks) return null
    return this.#options.spool.chunks.find(({ seq }) => !this.#sent.has(seq) && !this.#damaged.has(seq)) ?? null
  }

  async #sendChunk(chunk: SpooledChunk, call: CallOptions): Promise<void> {
    const { client, credentials, target, spool } = this.#options
    let bytes: Uint8Array<ArrayBuffer>
    try {
      bytes = await spool.read(chunk)
    } catch (error) {
      this.#damaged.add(chunk.seq)
      this.#fail({ kind: 'failed', reason: 'internal', message: `Part of the result was lost on the host: ${errorText(error)}.` })
      return
    }
    const reply = await client.putChunk(credentials, target, { ...chunk, bytes }, call)
    this.#sent.add(chunk.seq)
    if (reply.cancelRequested) this.#options.onStop({ kind: 'cancelled' })
  }

  async #finish(outcome: Extract<Outcome, { kind: 'finish' }>, call: CallOptions): Promise<Settlement | null> {
    const { client, credentials, target, spool } = this.#options
    const { quality, recordedMs, chunkCount } = outcome
    if (spool.chunks.length !== chunkCount) {
      const message = `Of ${chunkCount} parts of the result, ${spool.chunks.length} are left on the host.`
      this.#fail({ kind: 'failed', reason: 'internal', message })
      return null
    }
    const reply = await client.finish(credentials, target, { manifest: [...spool.chunks], quality, recordedMs }, call)
    if (isOver(reply.state)) return { state: reply.state }
    const unknown = reply.missing.find((seq) => !spool.chunks.some((chunk) => chunk.seq === seq))
    if (unknown !== undefined) {
      this.#reject(`the server asks for part ${unknown}, which this host never had`)
      return null
    }
    if (++this.#finishRounds > MAX_FINISH_ROUNDS) {
      this.#reject(
        reply.missing.length > 0
          ? `the server still lacks part ${reply.missing.join(', ')} after it was sent ${MAX_FINISH_ROUNDS} times`
          : `the server has all parts and does not take them (its state stays "${reply.state}")`,
      )
      return null
    }
    for (const seq of reply.missing) this.#sent.delete(seq)
    // The first time at once: a missing chunk is most often one whose upload the server did not survive.
    if (this.#finishRounds > 1 || reply.missing.length === 0) await pause(client.backoffMs(this.#finishRounds), call.signal)
    return null
  }

  #read(reply: { state: TargetState; cancelRequested: boolean }): Settlement | null {
    if (reply.cancelRequested) this.#options.onStop({ kind: 'cancelled' })
    return isOver(reply.state) ? { state: reply.state } : null
  }

  /** The server said no. Null: go on (with another outcome, or after getting back in step). */
  async #refused(refusal: GatewayRefusal, call: CallOptions): Promise<Settlement | null> {
    const { client, credentials, target, log } = this.#options
    if (refusal.status === 404) return { state: null }
    if (refusal.state !== null && isOver(refusal.state)) return { state: refusal.state }
    if (refusal.state === 'lost') {
      // "running" does not bring it back, a result does; a server that takes neither has the last word.
      if (this.#doing !== 'running') return { state: 'lost' }
      this.#runningSent = true
      return null
    }
    if (refusal.status === 409 && refusal.state !== null && this.#conflicts < MAX_CONFLICTS) {
      // The server is behind, e.g. restored, or it never got a report of ours: accept → running → the rest, again.
      this.#conflicts++
      log.warn({ target, serverState: refusal.state }, 'the server is behind with this target; reporting it from the start')
      this.#runningSent = false
      this.#sent.clear()
      try {
        return this.#read(await client.accept(credentials, target, call))
      } catch (error) {
        if (!(error instanceof GatewayRefusal)) throw error
        return error.state !== null && isOver(error.state) ? { state: error.state } : null
      }
    }
    if (this.#doing !== 'end' || this.#outcome?.kind !== 'end') {
      this.#reject(refusal.message)
      return null
    }
    const { state, reason, message, quality } = this.#outcome.report
    if (quality !== undefined) {
      // A last try with as little as can be wrong about it.
      this.#outcome = { kind: 'end', report: { state, reason, message } }
      return null
    }
    log.error({ target, why: refusal.message }, 'the server does not take the end of this target')
    return { state: null }
  }

  #reject(words: string): void {
    this.#skipChunks = true
    this.#runningSent = true
    this.#fail({ kind: 'failed', reason: 'upload-rejected', message: `The server refused the result: ${words}` })
  }

  /** While recording, the recording is stopped and ends with this failure; afterwards, it takes the place of a good end. */
  #fail(stop: Extract<CaptureStop, { kind: 'failed' }>): void {
    const { log, target, onStop } = this.#options
    log.error({ target, reason: stop.reason }, stop.message)
    if (this.#outcome === null) onStop(stop)
    else this.#outcome = { kind: 'end', report: worse(this.#outcome, stop) }
  }

  #waitForWork(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done)
        this.#wake = () => undefined
        resolve()
      }
      this.#wake = done
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

/**
 * Final for the agent. Not `lost`: that is the server's guess about an agent that it did not hear for a while, and the agent's own
 * word, late as it is, may replace it.
 */
const isOver = (state: TargetState): boolean => isFinal(state) && state !== 'lost'

/** A bad end keeps its state and reason, since they came first; what came on top is added to its message. */
function worse(outcome: Outcome, stop: Extract<CaptureStop, { kind: 'failed' }>): EndReport {
  if (outcome.kind === 'end') return { ...outcome.report, message: `${outcome.report.message} ${stop.message}`.trim() }
  return { state: 'failed', reason: stop.reason, message: stop.message, quality: { ...outcome.quality, partial: true } }
}
