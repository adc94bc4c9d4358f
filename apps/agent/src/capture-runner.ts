import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import {
  type CaptureSpec,
  EMPTY_QUALITY,
  type HostCommand,
  type HostFacts,
  type TargetQuality,
  type TargetReason,
  type TargetRef,
} from '@sonde/contract'
import type { Profile } from '@sonde/profile'
import { afterBootTime, type CollectorResult, TraceFailure, TraceRefusal } from '@sonde/tracer'
import type { CaptureStop } from './capture-stop.ts'
import { errorText } from './durable-file.ts'
import { encodeDeltaChunks, encodeProfileChunks, encodeSyscallsChunk } from './encode-chunks.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { Log } from './log.ts'
import { type Outcome, targetKey } from './outcome.ts'
import { pause } from './pause.ts'
import { type Spool, SpoolFull, type TargetSpool, TooManyChunks } from './spool.ts'
import type { Recording, Tracing } from './tracing.ts'

/** How much longer than asked a recording may take before the agent ends it itself. */
const DEADLINE_GRACE_MS = 30_000
const GATEWAY_LOOK_MS = 500
/** How long a stopped tracer may take to hand over what it has. It is dead within 1 s; the rest is symbols and folding. */
const STOP_GRACE_MS = 20_000
/** Generous guess of what a capture leaves on the disk at most: its first megabytes, then so much a second. */
const expectedBytes = (spec: CaptureSpec): number => 8 * 1024 * 1024 + Math.ceil(spec.durationMs / 1000) * 128 * 1024

export type CaptureRunOptions = {
  target: TargetRef
  spec: CaptureSpec
  facts: HostFacts
  hostId: string
  tracing: Tracing
  spool: Spool
  targetSpool: TargetSpool
  killSwitch: KillSwitch
  /** Folder for the tracers' own files; made before and removed after. */
  workRoot: string
  /** The dead man's switch: nobody could stop a recording whose gateway has been silent for so long. */
  gateway: { silentMs(): number; goneAfterMs: number }
  log: Log
  /** Probes are attached, these commands run. Awaited. */
  onAttached(commands: HostCommand[]): Promise<void>
  onChunk(): void
  deadlineGraceMs?: number
  stopGraceMs?: number
}

/** One capture on this host, from the plan to the last chunk in the spool. Knows nothing of the server. */
export class CaptureRun {
  readonly #options: CaptureRunOptions
  readonly #controller = new AbortController()
  #stop: CaptureStop | null = null
  #attached = false
  #ended = false
  #lostSamples = 0
  #lostEvents = 0
  #leftOut = { calls: 0, truncated: false }

  constructor(options: CaptureRunOptions) {
    this.#options = options
  }

  /** The first reason to stop is the one that counts. */
  stop(stop: CaptureStop): void {
    if (this.#stop !== null) return
    this.#stop = stop
    this.#controller.abort()
  }

  /** Records to the end. Never throws: whatever happens is an outcome. Null: nobody wants to know. */
  async record(): Promise<Outcome | null> {
    const { target, workRoot, log } = this.#options
    const workDir = path.join(workRoot, targetKey(target))
    let recording: Recording | null = null
    try {
      recording = await this.#prepare()
      if (this.#stop !== null) return this.#stopped(this.#stop, EMPTY_QUALITY)
      await mkdir(workDir, { recursive: true, mode: 0o700 })
      return await this.#run(recording, workDir)
    } catch (error) {
      return this.#outcomeOfError(error)
    } finally {
      this.#ended = true
      recording?.release()
      await rm(workDir, { recursive: true, force: true }).catch((error: unknown) => log.warn({ err: error }, 'work folder not removed'))
    }
  }

  async #prepare(): Promise<Recording> {
    const { spec, facts, tracing, spool, killSwitch } = this.#options
    if (await killSwitch.isOn()) throw new TraceRefusal('disabled', killSwitch.sentence)
    await spool.requireRoom(expectedBytes(spec))
    return tracing.plan(spec, facts)
  }

  async #run(recording: Recording, workDir: string): Promise<Outcome | null> {
    const { spec, facts, hostId, killSwitch } = this.#options
    const limitMs = spec.durationMs + (this.#options.deadlineGraceMs ?? DEADLINE_GRACE_MS)
    const forgetDeadline = afterBootTime(limitMs, () => {
      this.stop({ kind: 'failed', reason: 'tool-failed', message: `The recording did not end within ${limitMs / 1000} s and was stopped.` })
    })
    const gatewayWatch = setInterval(() => this.#stopIfGatewayGone(), GATEWAY_LOOK_MS)
    const unwatch = killSwitch.watch(() => this.stop({ kind: 'failed', reason: 'disabled', message: killSwitch.sentence }))
    try {
      const { quality, recordedMs } = await this.#orGiveUp(
        recording.run({
          hostId,
          hostName: facts.hostname,
          workDir,
          signal: this.#controller.signal,
          onAttached: async (commands) => {
            this.#attached = true
            await this.#options.onAttached(commands)
          },
          onResult: (result) => this.#keep(result),
        }),
      )
      const adjusted = this.#adjust(quality)
      if (this.#stop !== null) return this.#stopped(this.#stop, adjusted)
      return { kind: 'finish', quality: adjusted, recordedMs, chunkCount: this.#options.targetSpool.chunks.length }
    } finally {
      forgetDeadline()
      clearInterval(gatewayWatch)
      unwatch()
    }
  }

  #stopIfGatewayGone(): void {
    const { silentMs, goneAfterMs } = this.#options.gateway
    if (silentMs() <= goneAfterMs) return
    const message = `The gateway did not answer for ${goneAfterMs / 1000} s; recording was stopped for safety. What was recorded by then is kept.`
    this.stop({ kind: 'failed', reason: 'gateway-gone', message })
  }

  /** The recording's own end; or, where it does not come after a stop, a failure that says so. */
  async #orGiveUp<T>(recording: Promise<T>): Promise<T> {
    const { signal } = this.#controller
    const ended = new AbortController()
    const stopGraceMs = this.#options.stopGraceMs ?? STOP_GRACE_MS
    const stuck = new Promise<never>((_resolve, reject) => {
      const onAbort = async () => {
        await pause(stopGraceMs, ended.signal)
        if (!ended.signal.aborted)
          reject(new Error(`the tracer did not hand over its result within ${stopGraceMs / 1000} s after it was stopped`))
      }
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) void onAbort()
    })
    try {
      return await Promise.race([recording, stuck])
    } finally {
      ended.abort()
    }
  }

  /** Writes a result into the spool and says how many bytes it takes. One that cannot be kept stops the recording; the tracer is not told otherwise, so that it ends in good order. */
  async #keep(result: CollectorResult): Promise<number> {
    // Not after a tracer was given up on that then comes back.
    if (this.#stop?.kind === 'gone' || this.#ended) return 0
    let bytes = 0
    try {
      for await (const chunk of this.#chunksOf(result)) {
        await this.#options.targetSpool.write(result.kind, chunk)
        bytes += chunk.length
        this.#options.onChunk()
      }
    } catch (error) {
      if (error instanceof SpoolFull)
        this.stop({ kind: 'failed', reason: 'disk-full', message: `The result did not fit: ${error.message}.` })
      else if (error instanceof TooManyChunks)
        this.stop({ kind: 'failed', reason: 'internal', message: `Stopped early: ${error.message}.` })
      else {
        this.#options.log.error({ err: error, target: this.#options.target }, 'a part of the result could not be written')
        this.stop({ kind: 'failed', reason: 'internal', message: `A part of the result could not be written: ${errorText(error)}` })
      }
    }
    return bytes
  }

  async *#chunksOf(result: CollectorResult): AsyncGenerator<Buffer> {
    switch (result.kind) {
      case 'profile':
      case 'offcpu':
        yield* encodeProfileChunks(this.#fromHere(result.profile), (samples) => {
          this.#lostSamples += samples
        })
        break
      case 'syscalls': {
        const { snapshot } = result
        const { bytes, snapshot: encoded } = await encodeSyscallsChunk(snapshot)
        yield bytes
        this.#leftOut = { calls: encoded.lostCalls - snapshot.lostCalls, truncated: encoded.truncated }
        break
      }
      default:
        yield* encodeDeltaChunks(result, (events) => {
          this.#lostEvents += events
        })
    }
  }

  /** Every thread of this profile ran here, whatever the importer called the host. */
  #fromHere(profile: Profile): Profile {
    const { hostId, facts } = this.#options
    const { length } = profile.hosts
    const hosts = { length, id: new Array<string>(length).fill(hostId), name: new Array<string>(length).fill(facts.hostname) }
    return { ...profile, hosts }
  }

  /** The tracer's count, less what did not fit into chunks. */
  #adjust(quality: TargetQuality): TargetQuality {
    return {
      ...quality,
      samples: Math.max(0, quality.samples - this.#lostSamples),
      lostSamples: quality.lostSamples + this.#lostSamples,
      syscalls: Math.max(0, quality.syscalls - this.#leftOut.calls),
      lostSyscalls: quality.lostSyscalls + this.#leftOut.calls,
      mapsTruncated: quality.mapsTruncated || this.#leftOut.truncated,
      lostEvents: quality.lostEvents + this.#lostEvents,
    }
  }

  #stopped(stop: CaptureStop, quality: TargetQuality): Outcome | null {
    if (stop.kind === 'gone') return null
    const report =
      stop.kind === 'cancelled' ? ({ state: 'cancelled', reason: null, message: '' } as const) : failed(stop.reason, stop.message)
    return { kind: 'end', report: { ...report, quality: { ...quality, partial: true } } }
  }

  #outcomeOfError(error: unknown): Outcome | null {
    const { log, target } = this.#options
    const quality = error instanceof TraceFailure ? this.#adjust(error.quality) : EMPTY_QUALITY
    if (this.#stop !== null) return this.#stopped(this.#stop, quality)
    if (error instanceof TraceFailure)
      return { kind: 'end', report: { ...failed(error.reason, error.message), quality: { ...quality, partial: true } } }
    if (error instanceof TraceRefusal && !this.#attached) return refused(error.reason, error.message)
    if (error instanceof SpoolFull) return refused('disk-full', `Not started: ${error.message}.`)
    log.error({ err: error, target }, 'the capture failed')
    return { kind: 'end', report: failed('internal', errorText(error)) }
  }
}

const failed = (reason: TargetReason, message: string) => ({ state: 'failed', reason, message }) as const

export function refused(reason: TargetReason, message: string): Outcome {
  return { kind: 'end', report: { state: 'refused', reason, message } }
}
