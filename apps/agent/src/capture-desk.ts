import { rm } from 'node:fs/promises'
import path from 'node:path'
import { type CaptureSpec, type HostFacts, isFinal, type TargetRef } from '@sonde/contract'
import { CaptureRun, refused } from './capture-runner.ts'
import type { CaptureStop } from './capture-stop.ts'
import { errorText } from './durable-file.ts'
import type { Session } from './enrol.ts'
import { type CallOptions, type GatewayClient, GatewayRefusal, GatewayUnreachable } from './gateway-client.ts'
import type { Journal, JournalEntry, JournalRecord } from './journal.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { Log } from './log.ts'
import { type Outcome, targetKey } from './outcome.ts'
import { pause } from './pause.ts'
import { recoverOutcome } from './recover-outcome.ts'
import type { Spool, TargetSpool } from './spool.ts'
import type { Tracing } from './tracing.ts'
import { TargetUpload } from './uploader.ts'

/** A capture that the gateway cannot be told of within this time is left for it to offer again. */
const ACCEPT_FOR_MS = 60_000
/** Results that could not be uploaded for so long are given up. */
const KEEP_UNSENT_MS = 7 * 24 * 3600_000
/** Targets left over from an earlier run are uploaded a few at a time. */
const RECOVER_AT_ONCE = 4

export type CaptureDeskOptions = {
  client: GatewayClient
  session: Session
  journal: Journal
  spool: Spool
  tracing: Tracing
  killSwitch: KillSwitch
  stateDir: string
  facts(): HostFacts
  log: Log
  /** A capture was refused because the host lacks something: the facts may be out of date. */
  onCapabilityMissing(): void
  acceptForMs?: number
}

type Job = { target: TargetRef; stop(stop: CaptureStop): void; done: Promise<void> }

/** All captures of this host: takes starts and cancels, keeps the journal, lets each one run and be uploaded. */
export class CaptureDesk {
  readonly #options: CaptureDeskOptions
  readonly #jobs = new Map<string, Job>()
  readonly #uploads = new AbortController()
  #recordings = 0
  #closing: CaptureStop | null = null

  constructor(options: CaptureDeskOptions) {
    this.#options = options
  }

  /** Targets whose end the server does not know yet. */
  active(): TargetRef[] {
    return [...this.#jobs.values()].map((job) => job.target)
  }

  /** `spec` null: the request could not be read. A target that is at work or in the journal is never started again. */
  start(target: TargetRef, spec: CaptureSpec | null): void {
    if (this.#jobs.has(targetKey(target)) || this.#closing !== null) return
    const record = this.#options.journal.get(target)
    if (record !== undefined) this.#open(target, (job) => this.#answerFromJournal(job, record))
    else this.#open(target, (job) => this.#capture(job, spec))
  }

  cancel(target: TargetRef): void {
    const job = this.#jobs.get(targetKey(target))
    if (job !== undefined) job.stop({ kind: 'cancelled' })
    // Nothing runs here under that name (the start never arrived, or was never accepted): say so, and it is over.
    else this.#open(target, (opened) => this.#tellOnce(opened, { kind: 'end', report: { state: 'cancelled', reason: null, message: '' } }))
  }

  /** Stops every recording, for the same reason; results that are recorded go on being uploaded. */
  stopAll(stop: CaptureStop): void {
    for (const job of this.#jobs.values()) job.stop(stop)
  }

  /** At start: what an earlier run of the agent left is reported and uploaded; leftovers that belong to nobody are removed. */
  async recover(): Promise<void> {
    const { journal, spool, stateDir, log } = this.#options
    await rm(path.join(stateDir, 'work'), { recursive: true, force: true })
    const unsettled = journal.unsettled()
    await spool.removeAllBut(unsettled.map((record) => record.target))
    const waiting: Array<() => void> = []
    let busy = 0
    const turn = () => new Promise<void>((resolve) => (busy++ < RECOVER_AT_ONCE ? resolve() : waiting.push(resolve)))
    for (const record of unsettled) {
      log.info({ target: record.target, recorded: record.outcome !== null }, 'reporting a capture from before the restart')
      this.#open(record.target, async (job) => {
        await turn()
        try {
          await this.#resume(job, record)
        } finally {
          busy--
          waiting.shift()?.()
        }
      })
    }
  }

  /** Stops all recordings as failed, gives the uploads the given time, then leaves them for the next start. */
  async close(stop: CaptureStop, uploadForMs: number): Promise<void> {
    this.#closing = stop
    const jobs = [...this.#jobs.values()]
    this.stopAll(stop)
    const timeUp = new AbortController()
    await Promise.race([Promise.all(jobs.map((job) => job.done)), pause(uploadForMs, timeUp.signal)])
    timeUp.abort()
    this.#uploads.abort()
    // Only now may the journal be closed; what hangs in a tracer dies with the process.
    await Promise.race([Promise.all(jobs.map((job) => job.done)), pause(300)])
  }

  #open(target: TargetRef, work: (job: Job) => Promise<void>): void {
    const key = targetKey(target)
    if (this.#jobs.has(key)) return
    const job: Job = { target, stop: () => undefined, done: Promise.resolve() }
    this.#jobs.set(key, job)
    job.done = work(job)
      .catch((error: unknown) => {
        if (!this.#uploads.signal.aborted) this.#options.log.error({ err: error, target }, 'work on a target broke off')
      })
      .finally(() => this.#jobs.delete(key))
  }

  async #capture(job: Job, spec: CaptureSpec | null): Promise<void> {
    const { spool, journal, log } = this.#options
    const { target } = job
    let stopped: CaptureStop | null = null
    job.stop = (stop) => {
      stopped ??= stop
    }
    let unjournaled: Outcome | null = null
    try {
      // Before the accept, so that there is no moment in which the server counts on us and a crash would make us forget it.
      await journal.append({ type: 'accepted', target, atMs: Date.now() })
    } catch (error) {
      log.error({ err: error, target }, 'the journal cannot be written; nothing is started')
      unjournaled = refused('disk-full', `The agent's journal cannot be written: ${errorText(error)}.`)
    }
    if (!(await this.#accept(target, (stop) => job.stop(stop)))) {
      await this.#note({ type: 'dropped', target })
      return
    }
    const targetSpool = await spool.forTarget(target)
    const upload = this.#upload(job, targetSpool)
    if (unjournaled !== null) return this.#settle(job, targetSpool, upload, unjournaled)
    if (stopped !== null) return this.#settle(job, targetSpool, upload, endOf(stopped))
    if (spec === null)
      return this.#settle(
        job,
        targetSpool,
        upload,
        refused('bad-spec', 'This agent does not understand the request; it may be older than the server.'),
      )
    const { limits } = await this.#options.tracing.policy()
    // Nothing is awaited between this look and the count in #record.
    if (stopped === null && this.#recordings >= limits.concurrentCaptures) {
      return this.#settle(
        job,
        targetSpool,
        upload,
        refused('busy', `This host already runs ${this.#recordings} captures, as many as its policy allows.`),
      )
    }
    if (stopped !== null) return this.#settle(job, targetSpool, upload, endOf(stopped))
    await this.#record(job, spec, targetSpool, upload, limits.gatewayGoneMs)
  }

  async #record(job: Job, spec: CaptureSpec, targetSpool: TargetSpool, upload: TargetUpload, gatewayGoneMs: number): Promise<void> {
    const { client, session, tracing, spool, killSwitch, stateDir, facts, log } = this.#options
    const { target } = job
    const run = new CaptureRun({
      target,
      spec,
      facts: facts(),
      hostId: session.hostId,
      tracing,
      spool,
      targetSpool,
      killSwitch,
      workRoot: path.join(stateDir, 'work'),
      gateway: { silentMs: () => client.silentMs(), goneAfterMs: gatewayGoneMs },
      log,
      onAttached: async (commands) => {
        upload.attached(commands)
        await this.#note({ type: 'attached', target, commands })
      },
      onChunk: () => upload.chunkAdded(),
    })
    job.stop = (stop) => run.stop(stop)
    // Uploads go on while it records; an upload that is over early (the server gave up) stops the recording.
    const uploading = upload.run(this.#uploads.signal).catch((error: unknown) => {
      if (!this.#uploads.signal.aborted) run.stop({ kind: 'failed', reason: 'internal', message: errorText(error) })
      throw error
    })
    uploading.catch(() => undefined)
    log.info({ target, recipe: spec.recipe, durationMs: spec.durationMs }, 'capture started')
    this.#recordings++
    let outcome: Outcome | null
    try {
      outcome = await run.record()
    } finally {
      this.#recordings--
    }
    log.info({ target, ...describe(outcome) }, 'capture ended')
    if (outcome !== null) {
      if (outcome.kind === 'end' && isCapability(outcome.report.reason)) this.#options.onCapabilityMissing()
      await this.#note({ type: 'ended', target, outcome })
      this.#cancelWhileUploading(job, upload, outcome)
      upload.end(outcome)
    }
    const { state } = await uploading
    await this.#forget(target, targetSpool, state)
  }

  /** An end that came without a recording. */
  async #settle(job: Job, targetSpool: TargetSpool, upload: TargetUpload, outcome: Outcome): Promise<void> {
    const { target } = job
    this.#options.log.info({ target, ...describe(outcome) }, 'capture not started')
    await this.#note({ type: 'ended', target, outcome })
    upload.end(outcome)
    const { state } = await upload.run(this.#uploads.signal)
    await this.#forget(target, targetSpool, state)
  }

  /** After a restart: no outcome means that the recording was cut off. */
  async #resume(job: Job, record: JournalRecord): Promise<void> {
    const { spool, log } = this.#options
    const { target } = job
    const targetSpool = await spool.forTarget(target)
    if (Date.now() - record.acceptedAtMs > KEEP_UNSENT_MS) {
      log.error({ target }, 'a result could not be uploaded for a week and is given up')
      return this.#forget(target, targetSpool, null)
    }
    let { outcome } = record
    if (outcome === null) {
      outcome = await recoverOutcome(
        targetSpool,
        'agent-restarted',
        'The agent was restarted while the capture ran; what it had written by then is kept.',
      )
      await this.#note({ type: 'ended', target, outcome })
    }
    const upload = this.#upload(job, targetSpool)
    // Chunks need a running target; were the commands lost, an empty list still says that it ran.
    if (record.commands !== null || targetSpool.chunks.length > 0) upload.attached(record.commands ?? [])
    this.#cancelWhileUploading(job, upload, outcome)
    upload.end(outcome)
    const { state } = await upload.run(this.#uploads.signal)
    await this.#forget(target, targetSpool, state)
  }

  /** The server offers again what this host has already done: it hears the same end, or that there is nothing more to come. */
  async #answerFromJournal(job: Job, record: JournalRecord): Promise<void> {
    this.#options.log.warn({ target: job.target }, 'a capture that was already run is offered again; it is not run twice')
    const again: Outcome = {
      kind: 'end',
      report: {
        state: 'failed',
        reason: 'internal',
        message: 'This host has already run this capture and handed in its result; it is never run twice.',
      },
    }
    await this.#tellOnce(job, record.outcome?.kind === 'end' ? record.outcome : again)
  }

  async #tellOnce(job: Job, outcome: Outcome): Promise<void> {
    const targetSpool = await this.#options.spool.forTarget(job.target)
    const upload = this.#upload(job, targetSpool)
    upload.endWithoutRest(outcome)
    await upload.run(this.#uploads.signal)
  }

  #upload(job: Job, targetSpool: TargetSpool): TargetUpload {
    const { client, session, log } = this.#options
    return new TargetUpload({ client, credentials: session, target: job.target, spool: targetSpool, log, onStop: (stop) => job.stop(stop) })
  }

  /** From here on there is nothing to stop but the upload of a good result. */
  #cancelWhileUploading(job: Job, upload: TargetUpload, outcome: Outcome): void {
    job.stop = (stop) => {
      if (stop.kind !== 'cancelled' || outcome.kind !== 'finish') return
      job.stop = () => undefined
      const quality = { ...outcome.quality, partial: true }
      upload.endWithoutRest({ kind: 'end', report: { state: 'cancelled', reason: null, message: '', quality } })
    }
  }

  /** True: the target is ours to run. False: it is not, and nothing was started. */
  async #accept(target: TargetRef, stop: (stop: CaptureStop) => void): Promise<boolean> {
    const { client, session, log } = this.#options
    const call: CallOptions = { signal: this.#uploads.signal, retryForMs: this.#options.acceptForMs ?? ACCEPT_FOR_MS }
    try {
      const reply = await client.accept(session, target, call)
      if (reply.cancelRequested) stop({ kind: 'cancelled' })
      return !isFinal(reply.state)
    } catch (error) {
      // Our own accept, whose answer got lost.
      if (error instanceof GatewayRefusal && error.status === 409 && error.state === 'accepted') return true
      if (error instanceof GatewayRefusal || error instanceof GatewayUnreachable) {
        log.warn({ target, why: error.message }, 'a capture was offered but could not be accepted; it is not started')
        return false
      }
      throw error
    }
  }

  async #forget(target: TargetRef, targetSpool: TargetSpool, state: JournalSettledState): Promise<void> {
    await this.#note({ type: 'settled', target, state })
    await targetSpool.remove()
  }

  /** Entries after `accepted`: losing one costs a report after a crash, never a second run. So a full disk does not stop the work. */
  async #note(entry: JournalEntry): Promise<void> {
    await this.#options.journal
      .append(entry)
      .catch((error: unknown) =>
        this.#options.log.error({ err: error, entry: entry.type, target: entry.target }, 'the journal cannot be written'),
      )
  }
}

type JournalSettledState = Extract<JournalEntry, { type: 'settled' }>['state']

function endOf(stop: CaptureStop): Outcome {
  if (stop.kind === 'failed') return { kind: 'end', report: { state: 'failed', reason: stop.reason, message: stop.message } }
  return { kind: 'end', report: { state: 'cancelled', reason: null, message: '' } }
}

const isCapability = (reason: string | null): boolean =>
  reason === 'perf-missing' || reason === 'bpftrace-missing' || reason === 'capability-missing'

function describe(outcome: Outcome | null): Record<string, unknown> {
  if (outcome === null) return { outcome: 'gone' }
  if (outcome.kind === 'finish') return { outcome: 'finish', recordedMs: outcome.recordedMs, samples: outcome.quality.samples }
  const { state, reason, message } = outcome.report
  return { outcome: state, reason, message }
}
