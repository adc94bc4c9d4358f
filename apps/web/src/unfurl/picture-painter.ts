import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { SondeError } from '@sonde/contract'
import type { PictureRequest } from './picture-request.ts'
import type { PictureAnswer, PictureTask } from './picture-thread.ts'

export type PainterOptions = {
  /** dist/picture-thread.cjs; its fonts are in the folder `fonts` beside it. */
  bundle: string
  /** Pictures that may wait for their turn; any further one is refused. */
  waiting?: number
  /** A picture that takes longer ends the thread. */
  timeoutMs?: number
  /** The thread ends when nothing was to draw for so long. */
  idleMs?: number
}

type Job = { request: PictureRequest; resolve: (png: Buffer) => void; reject: (error: Error) => void }

/** Heap of the thread, MiB. Columns of a profile and the canvas lie outside of it; what they take is bounded by the profile's own limits. */
const MAX_HEAP_MB = 1024

/**
 * Draws pictures in a thread of its own, one at a time, so that however many are asked for the web server goes on answering. The thread is
 * started when the first picture is wanted (or `warm` is called), and a new one after it broke.
 */
export class PicturePainter {
  readonly #options: Required<PainterOptions>
  #thread: Worker | null = null
  #current: (Job & { id: number; timer: NodeJS.Timeout }) | null = null
  readonly #line: Job[] = []
  #lastId = 0
  #idle: NodeJS.Timeout | undefined

  constructor({ bundle, waiting = 16, timeoutMs = 10_000, idleMs = 300_000 }: PainterOptions) {
    this.#options = { bundle, waiting, timeoutMs, idleMs }
  }

  /** Starts the thread, so that the first picture need not wait for that. */
  warm(): void {
    this.#start()
    this.#restUntilAsked()
  }

  /** The PNG. Throws `conflict` where too many wait already, `timeout`, and `internal` for what cannot be drawn. */
  async paint(request: PictureRequest): Promise<Buffer> {
    if (this.#line.length >= this.#options.waiting)
      throw new SondeError('conflict', 'too many pictures are being drawn: ask again in a few seconds')
    return await new Promise((resolve, reject) => {
      this.#line.push({ request, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const thread = this.#thread
    this.#thread = null
    await thread?.terminate()
  }

  #next(): void {
    if (this.#current) return
    const job = this.#line.shift()
    if (!job) {
      this.#restUntilAsked()
      return
    }
    clearTimeout(this.#idle)
    const thread = this.#start()
    const id = ++this.#lastId
    const timer = setTimeout(
      () => this.#break(thread, new SondeError('timeout', `the picture took longer than ${this.#options.timeoutMs / 1_000} s to draw`)),
      this.#options.timeoutMs,
    )
    this.#current = { ...job, id, timer }
    const task: PictureTask = { id, request: job.request }
    thread.postMessage(task)
  }

  #start(): Worker {
    if (this.#thread) return this.#thread
    const { bundle } = this.#options
    const thread = new Worker(bundle, {
      workerData: { fonts: path.join(path.dirname(bundle), 'fonts') },
      // It needs no setting, and no secret.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
    thread.on('message', (answer: PictureAnswer) => this.#answered(answer))
    thread.on('error', (error) => this.#break(thread, new SondeError('internal', `the picture could not be drawn: ${error.message}`)))
    thread.on('exit', () => this.#break(thread, new SondeError('internal', 'the picture could not be drawn: its thread ended')))
    thread.unref()
    this.#thread = thread
    return thread
  }

  #answered(answer: PictureAnswer): void {
    const job = this.#current
    if (!job || job.id !== answer.id) return
    clearTimeout(job.timer)
    this.#current = null
    if ('png' in answer) job.resolve(Buffer.from(answer.png.buffer, answer.png.byteOffset, answer.png.byteLength))
    else job.reject(new SondeError('internal', `the picture could not be drawn: ${answer.error}`))
    this.#next()
  }

  /** The thread is of no more use; what it was drawing has failed, what waits goes to a new one. */
  #break(thread: Worker, error: Error): void {
    if (this.#thread !== thread) return
    this.#thread = null
    void thread.terminate()
    const job = this.#current
    this.#current = null
    if (job) {
      clearTimeout(job.timer)
      job.reject(error)
    }
    this.#next()
  }

  #restUntilAsked(): void {
    clearTimeout(this.#idle)
    if (!this.#thread) return
    this.#idle = setTimeout(() => void this.close(), this.#options.idleMs)
    this.#idle.unref()
  }
}
