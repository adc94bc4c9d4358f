import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { setPriority } from 'node:os'
import { SondeError } from '@sonde/contract'
import type { ImportedFile } from '@sonde/domain'
import { decodeAnswer } from './answer-frame.ts'
import { READ_LIMITS, type ReadLimits } from './read-limits.ts'

export type ReadRequest = {
  /** Read at the pace at which the reader takes it; never held here. */
  body: ReadableStream<Uint8Array>
  /** Cleaned; what errors begin with. */
  fileName: string
  hostPrefix: string
  signal: AbortSignal
  /** dist/file-reader.mjs */
  bundle: string
  limits?: Partial<ReadLimits>
}

/**
 * Reads an uploaded file in a process of its own, which has neither environment nor files nor much memory or time, so that whatever is in
 * the file can at worst end that process. Throws SondeErrors for people: `unprocessable` for what is wrong with the file, `too-large`,
 * `timeout`; ends the process whenever it throws.
 */
export async function readInProcess(request: ReadRequest): Promise<ImportedFile> {
  const limits = { ...READ_LIMITS, ...request.limits }
  const child = startReader(request, limits)
  const watch = new ReaderWatch(child, limits)
  const abort = () => child.kill('SIGKILL')
  request.signal.addEventListener('abort', abort, { once: true })
  try {
    request.signal.throwIfAborted()
    const sizeBytes = await feed(request, child, watch, limits)
    const answer = await watch.answer(request.fileName)
    request.signal.throwIfAborted()
    if ('problem' in answer) throw new SondeError('unprocessable', `${request.fileName} ${answer.problem}`)
    return { ...answer, sizeBytes }
  } finally {
    request.signal.removeEventListener('abort', abort)
    child.kill('SIGKILL')
    // The next one gets its turn when this one's memory is free.
    await watch.ended
  }
}

/**
 * The shell sets limits that the kernel keeps, also when this process is gone, and lets the kernel take the reader first where memory
 * runs out. A limit that cannot be set is stricter already, or of a system that does not have it.
 */
const LIMITED =
  'ulimit -c 0; ulimit -t "$1" || :; ulimit -d "$2" || :; { echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null || :; shift 2; exec "$@"'

function startReader({ bundle, hostPrefix, fileName }: ReadRequest, limits: ReadLimits): ChildProcess {
  const file = realpathSync(bundle)
  const heapMb = Math.floor((limits.processBytes * 2) / 3 / 1024 / 1024)
  const { profileBytes, samples, stacks } = limits
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      LIMITED,
      'sh',
      String(limits.cpuSeconds),
      String(Math.ceil(limits.processBytes / 1024)),
      process.execPath,
      ...permissionFlags(file),
      '--no-warnings',
      `--max-old-space-size=${heapMb}`,
      file,
      hostPrefix,
      fileName,
      JSON.stringify({ profileBytes, samples, stacks }),
    ],
    { env: { NODE_ENV: 'production' }, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] },
  )
  if (child.pid !== undefined) lowerPriority(child.pid)
  return child
}

/** Node's own fence: no files but the program, no further processes. */
function permissionFlags(file: string): string[] {
  const flag = ['--permission', '--experimental-permission'].find((name) => process.allowedNodeEnvironmentFlags.has(name))
  return flag === undefined ? [] : [flag, `--allow-fs-read=${file}`]
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, 10)
  } catch {
    // gone already: its exit says why
  }
}

/** Hands the body over. Returns its size; stops early where the reader has ended. */
async function feed({ body, fileName }: ReadRequest, child: ChildProcess, watch: ReaderWatch, limits: ReadLimits): Promise<number> {
  const { stdin } = child
  if (!stdin) throw new Error('the reader has no input')
  // A reader that is gone says so by its exit.
  stdin.on('error', () => {})
  const reader = body.getReader()
  let sizeBytes = 0
  try {
    for (;;) {
      const { done, value } = await unlessIdle(reader.read(), limits.idleMs)
      if (done) break
      sizeBytes += value.length
      if (sizeBytes > limits.fileBytes) throw fileTooLarge(fileName, limits.fileBytes)
      if (watch.hasEnded) break
      if (!stdin.write(value)) await Promise.race([once(stdin, 'drain').catch(() => {}), watch.ended])
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
  stdin.end()
  watch.startClock()
  return sizeBytes
}

export function fileTooLarge(fileName: string, limitBytes: number): SondeError {
  return new SondeError('too-large', `${fileName} is larger than ${Math.floor(limitBytes / 1024 / 1024)} MiB, the most that is read`)
}

async function unlessIdle<T>(next: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const idle = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SondeError('timeout', `nothing came of the file for ${idleMs / 1_000} s`)), idleMs)
  })
  try {
    return await Promise.race([next, idle])
  } finally {
    clearTimeout(timer)
  }
}

const MOST_LOG = 4_000

/** Collects what the reader says, and knows how it ended. */
class ReaderWatch {
  readonly ended: Promise<void>
  hasEnded = false
  readonly #child: ChildProcess
  readonly #limits: ReadLimits
  readonly #pieces: Buffer[] = []
  #bytes = 0
  #log = ''
  #exit: { code: number | null; signal: NodeJS.Signals | null } = { code: null, signal: null }
  #failure: Error | null = null
  #timer: NodeJS.Timeout | undefined
  #isLate = false

  constructor(child: ChildProcess, limits: ReadLimits) {
    this.#child = child
    this.#limits = limits
    child.stdout?.on('data', (piece: Buffer) => this.#collect(piece))
    child.stderr?.on('data', (piece: Buffer) => {
      if (this.#log.length < MOST_LOG) this.#log += piece.toString('utf8')
    })
    this.ended = new Promise((resolve) => {
      const end = () => {
        clearTimeout(this.#timer)
        this.hasEnded = true
        resolve()
      }
      child.once('error', (error) => {
        this.#failure = error
        end()
      })
      child.once('close', (code, signal) => {
        this.#exit = { code, signal }
        end()
      })
    })
  }

  /** The whole file was handed over: from now on it is the reader's time. */
  startClock(): void {
    if (this.hasEnded) return
    this.#timer = setTimeout(() => {
      this.#isLate = true
      this.#child.kill('SIGKILL')
    }, this.#limits.wallMs)
  }

  async answer(fileName: string): Promise<ReturnType<typeof decodeAnswer>> {
    await this.ended
    const { code, signal } = this.#exit
    if (this.#failure) throw this.#failure
    if (this.#isLate) throw new SondeError('timeout', `${fileName} takes longer than ${this.#limits.wallMs / 1_000} s to read`)
    if (code === 0) return decodeAnswer(Buffer.concat(this.#pieces))
    // V8 aborts where its heap is full; the kernel kills for time, and for memory of the machine.
    const isOutOfMemory = signal === 'SIGABRT' || code === 134 || /out of memory/i.test(this.#log)
    if (isOutOfMemory) throw new SondeError('unprocessable', `${fileName} takes more memory to read than a file may`)
    if (signal === 'SIGKILL' || signal === 'SIGXCPU') {
      throw new SondeError('unprocessable', `${fileName} takes more time or memory to read than a file may`)
    }
    throw new Error(`the file reader ended with ${signal ?? code}: ${this.#log.slice(0, MOST_LOG)}`)
  }

  #collect(piece: Buffer): void {
    this.#bytes += piece.length
    this.#pieces.push(piece)
    // More than any answer: a reader gone wrong.
    if (this.#bytes > this.#limits.profileBytes + 32 * 1024 * 1024) this.#child.kill('SIGKILL')
  }
}
