import { fstatSync, readSync } from 'node:fs'
import { ElfError } from './elf-error.ts'

/** Random access to a file's bytes. `read` gives exactly `length` bytes or throws ElfError; it is never asked for more than `size`. */
export type ByteSource = { readonly size: number; read(offset: number, length: number): Uint8Array }

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }
}

/** Reads an open file by position. Blocks, so for short-lived processes only. */
export function fileSource(fd: number): ByteSource {
  return {
    size: fstatSync(fd).size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length; ) {
        const count = readAt(fd, bytes, done, offset + done)
        if (count === 0) throw new ElfError('the file became shorter while it was read')
        done += count
      }
      return bytes
    },
  }
}

function readAt(fd: number, bytes: Uint8Array, at: number, position: number): number {
  try {
    return readSync(fd, bytes, at, bytes.length - at, position)
  } catch (error) {
    throw new ElfError(`the file cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
