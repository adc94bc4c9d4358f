import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { errorCode, writeDurably } from './durable-file.ts'

/** Binaries that people looked into lately; a big one takes 2 MB. */
const MAX_BYTES = 96 * 1024 * 1024
const MAX_FILES = 500

/**
 * Catalogues on the disk, so that they are built once and can be sent after a restart: `<key>.gz`, and beside them small JSON files
 * that say which catalogue a kernel or file has.
 */
export class CatalogueFolder {
  readonly path: string

  constructor(stateDir: string) {
    this.path = path.join(stateDir, 'catalogues')
  }

  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
  }

  /** gzip bytes; null where they are not here (any more). */
  async read(key: string): Promise<Buffer<ArrayBuffer> | null> {
    return await orNull(readFile(this.#file(`${key}.gz`)))
  }

  async has(key: string): Promise<boolean> {
    return (await orNull(stat(this.#file(`${key}.gz`)))) !== null
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    await writeDurably(this.#file(`${key}.gz`), bytes)
  }

  /** What was noted under a name; null where nothing was, or it is not JSON. Marks it as used. */
  async note(name: string): Promise<unknown> {
    const text = await orNull(readFile(this.#file(`${name}.json`), 'utf8'))
    if (text === null) return null
    const now = new Date()
    await utimes(this.#file(`${name}.json`), now, now).catch(() => undefined)
    try {
      return JSON.parse(text)
    } catch {
      return null
    }
  }

  async writeNote(name: string, value: unknown): Promise<void> {
    await writeDurably(this.#file(`${name}.json`), JSON.stringify(value))
  }

  /** Removes what was used longest ago, beyond the folder's bounds. `keep`: keys that are still needed. */
  async prune(keep: ReadonlySet<string>): Promise<void> {
    const files: { name: string; bytes: number; usedMs: number }[] = []
    for (const name of await readdir(this.path)) {
      const stats = await orNull(stat(this.#file(name)))
      if (stats) files.push({ name, bytes: stats.size, usedMs: stats.mtimeMs })
    }
    files.sort((a, b) => b.usedMs - a.usedMs)
    let bytes = 0
    for (const [i, file] of files.entries()) {
      bytes += file.bytes
      const isKept = keep.has(file.name.replace(/\.gz$/, '')) || file.name === 'kernel.json'
      if (!isKept && (bytes > MAX_BYTES || i >= MAX_FILES || file.name.endsWith('.tmp'))) await rm(this.#file(file.name), { force: true })
    }
  }

  #file(name: string): string {
    return path.join(this.path, name)
  }
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
