import { open } from 'node:fs/promises'

const CHUNK_BYTES = 1024 * 1024
const MAX_BYTES = 256 * 1024 * 1024

/**
 * All bytes of a file, read until there are no more; null where it cannot be read. Files of sysfs hand out a page at a time, and Node's
 * `readFile` takes the first short read of a file below 512 KiB for its end (a module's BTF came out cut).
 */
export async function readWholeFile(path: string): Promise<Uint8Array | null> {
  const file = await open(path).catch(() => null)
  if (file === null) return null
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES)
    const chunks: Buffer[] = []
    for (let total = 0; total <= MAX_BYTES; ) {
      // A page is copied out, so that no more than what was read is kept.
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, total)
      if (bytesRead === 0) return Buffer.concat(chunks)
      chunks.push(Buffer.from(buffer.subarray(0, bytesRead)))
      total += bytesRead
    }
    return null
  } catch {
    return null
  } finally {
    await file.close()
  }
}
