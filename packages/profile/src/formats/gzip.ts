import { refuseBeyond } from '../import-limits.ts'
import { ProfileFormatError } from '../profile-format-error.ts'

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Unpacks gzip of one member, never beyond `limitBytes`. Throws `ProfileFormatError` where it is broken, cut, or unpacks to more. */
export async function gunzip(bytes: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  const reader = streamOf(bytes).pipeThrough(new DecompressionStream('gzip')).getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      refuseBeyond(limitBytes, length, 'bytes once unpacked')
      pieces.push(value)
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined)
    if (error instanceof ProfileFormatError) throw error
    throw new ProfileFormatError(`is broken or cut gzip: it unpacks to ${length.toLocaleString('en-US')} bytes and no further`)
  }
  return joined(pieces, length)
}

export async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Response(streamOf(bytes).pipeThrough(new CompressionStream('gzip')))
  return new Uint8Array(await packed.arrayBuffer())
}

/** In pieces, so that what is unpacked of one can be refused before the next one is looked at. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(offset, offset + 65_536))
      offset += 65_536
    },
  })
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let offset = 0
  for (const piece of pieces) {
    all.set(piece, offset)
    offset += piece.length
  }
  return all
}
