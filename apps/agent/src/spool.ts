import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { CHUNK_KINDS, CHUNK_LIMITS, type ChunkKind, type TargetRef } from '@sonde/contract'
import { errorCode, syncFolder, writeDurably } from './durable-file.ts'
import { targetKey } from './outcome.ts'

/** A chunk on the disk. `sha256` is of the compressed bytes, lower-case hex. */
export type SpooledChunk = { seq: number; kind: ChunkKind; sha256: string; sizeBytes: number }

/** No room for (more of) a result: the disk, the quota, or the spool's own bound. The message says which. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
}
/** A target has as many chunks as the server takes. */
export class TooManyChunks extends Error {
  override readonly name = 'TooManyChunks'
}

export type SpoolLimits = {
  /** All targets together, waiting for upload. */
  maxBytes: number
  /** What the file system must still have free before a capture starts, over what the capture itself may need. */
  minFreeBytes: number
}
export const SPOOL_LIMITS: SpoolLimits = { maxBytes: 512 * 1024 * 1024, minFreeBytes: 64 * 1024 * 1024 }

/**
 * Results on their way: `spool/<capture>-<attempt>/<seq>.<kind>.<sha256>.gz`. The name carries all there is to know of a chunk, so
 * there is no index that could disagree with the files; a chunk is there whole or not at all.
 */
export class Spool {
  readonly #folder: string
  readonly #limits: SpoolLimits
  #usedBytes = 0

  private constructor(folder: string, limits: SpoolLimits) {
    this.#folder = folder
    this.#limits = limits
  }

  static async open(stateDir: string, limits: SpoolLimits = SPOOL_LIMITS): Promise<Spool> {
    const spool = new Spool(path.join(stateDir, 'spool'), limits)
    await mkdir(spool.#folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(spool.#folder)) {
      for (const chunk of await listChunks(path.join(spool.#folder, name))) spool.#usedBytes += chunk.sizeBytes
    }
    return spool
  }

  /** Throws SpoolFull where a capture that may write `expectedBytes` should not be started. */
  async requireRoom(expectedBytes: number): Promise<void> {
    const { maxBytes, minFreeBytes } = this.#limits
    if (this.#usedBytes + expectedBytes > maxBytes) {
      throw new SpoolFull(
        `${megabytes(this.#usedBytes)} of earlier results still wait for upload; the agent keeps at most ${megabytes(maxBytes)}`,
      )
    }
    const { bavail, bsize } = await statfs(this.#folder)
    const freeBytes = bavail * bsize
    if (freeBytes < minFreeBytes + expectedBytes) {
      throw new SpoolFull(
        `${path.dirname(this.#folder)} has ${megabytes(freeBytes)} free; this capture needs ${megabytes(minFreeBytes + expectedBytes)}`,
      )
    }
  }

  /** The part of one target, with what earlier runs of the agent left in it. */
  async forTarget(target: TargetRef): Promise<TargetSpool> {
    const folder = path.join(this.#folder, targetKey(target))
    return new TargetSpool(
      folder,
      await listChunks(folder),
      (bytes) => this.#reserve(bytes),
      (bytes) => {
        this.#usedBytes -= bytes
      },
    )
  }

  /** Removes the folders of targets that nobody will upload any more. */
  async removeAllBut(keep: readonly TargetRef[]): Promise<void> {
    const kept = new Set(keep.map(targetKey))
    for (const name of await readdir(this.#folder)) {
      if (kept.has(name)) continue
      const folder = path.join(this.#folder, name)
      for (const chunk of await listChunks(folder)) this.#usedBytes -= chunk.sizeBytes
      await rm(folder, { recursive: true, force: true })
    }
  }

  #reserve(bytes: number): void {
    if (this.#usedBytes + bytes > this.#limits.maxBytes) {
      throw new SpoolFull(
        `${megabytes(this.#usedBytes)} of results wait for upload, and the agent keeps at most ${megabytes(this.#limits.maxBytes)}`,
      )
    }
    this.#usedBytes += bytes
  }
}

export class TargetSpool {
  readonly #folder: string
  readonly #chunks: SpooledChunk[]
  readonly #reserve: (bytes: number) => void
  readonly #release: (bytes: number) => void
  #nextSeq: number
  #tail: Promise<unknown> = Promise.resolve()

  constructor(folder: string, chunks: SpooledChunk[], reserve: (bytes: number) => void, release: (bytes: number) => void) {
    this.#folder = folder
    this.#chunks = chunks
    this.#reserve = reserve
    this.#release = release
    this.#nextSeq = (chunks.at(-1)?.seq ?? -1) + 1
  }

  /** In the order of seq, which is the order of time. */
  get chunks(): readonly SpooledChunk[] {
    return this.#chunks
  }

  /** Resolves when the chunk is on the disk. Throws SpoolFull or TooManyChunks; nothing of the chunk is left then. */
  write(kind: ChunkKind, bytes: Uint8Array): Promise<SpooledChunk> {
    // Collectors run side by side, and numbers are given in the order of the calls.
    const run = this.#tail.then(() => this.#write(kind, bytes))
    this.#tail = run.catch(() => undefined)
    return run
  }

  async #write(kind: ChunkKind, bytes: Uint8Array): Promise<SpooledChunk> {
    if (this.#nextSeq >= CHUNK_LIMITS.maxChunksPerTarget) {
      throw new TooManyChunks(`the result has more than ${CHUNK_LIMITS.maxChunksPerTarget} parts`)
    }
    const chunk: SpooledChunk = { seq: this.#nextSeq, kind, sha256: sha256Hex(bytes), sizeBytes: bytes.length }
    this.#reserve(bytes.length)
    try {
      const created = await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      if (created !== undefined) await syncFolder(path.dirname(this.#folder))
      await writeDurably(path.join(this.#folder, chunkName(chunk)), bytes)
    } catch (error) {
      this.#release(bytes.length)
      const code = errorCode(error)
      if (code === 'ENOSPC' || code === 'EDQUOT') throw new SpoolFull(`the disk of ${path.dirname(this.#folder)} is full (${code})`)
      throw error
    }
    this.#nextSeq++
    this.#chunks.push(chunk)
    return chunk
  }

  /** Throws where the file is gone or is not what was written. */
  async read(chunk: SpooledChunk): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(await readFile(path.join(this.#folder, chunkName(chunk))))
    if (sha256Hex(bytes) !== chunk.sha256) throw new Error(`chunk ${chunk.seq} in the spool is damaged`)
    return bytes
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
    for (const chunk of this.#chunks.splice(0)) this.#release(chunk.sizeBytes)
  }
}

const chunkName = (chunk: SpooledChunk): string => `${String(chunk.seq).padStart(5, '0')}.${chunk.kind}.${chunk.sha256}.gz`
const namePattern = /^(\d{5})\.([a-z]+)\.([0-9a-f]{64})\.gz$/
const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MiB`

async function listChunks(folder: string): Promise<SpooledChunk[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return []
    throw error
  })
  const chunks: SpooledChunk[] = []
  for (const name of names) {
    const [, seq, kindName, sha256] = namePattern.exec(name) ?? []
    const kind = CHUNK_KINDS.find((known) => known === kindName)
    if (seq === undefined || sha256 === undefined || kind === undefined) continue
    const { size } = await stat(path.join(folder, name))
    chunks.push({ seq: Number(seq), kind, sha256, sizeBytes: size })
  }
  return chunks.sort((a, b) => a.seq - b.seq)
}
