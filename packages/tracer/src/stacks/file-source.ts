import { open } from 'node:fs/promises'
import type { ByteSource } from '@sonde/profile/perf-data'

/** Lets `use` read from a file on disk, piece by piece; closes it whatever happens. */
export async function withFileSource<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await use({
      sizeBytes: size,
      async read(at, bytes) {
        const buffer = new Uint8Array(bytes)
        let done = 0
        while (done < bytes) {
          const { bytesRead } = await file.read(buffer, done, bytes - done, at + done)
          if (bytesRead === 0) break
          done += bytesRead
        }
        return buffer.subarray(0, done)
      },
    })
  } finally {
    await file.close()
  }
}
