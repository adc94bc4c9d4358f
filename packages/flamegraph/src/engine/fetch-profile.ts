import { EngineError } from './engine-error.ts'
import type { OneSource } from './engine-messages.ts'

/**
 * A profile's bytes, unpacked. From a URL the browser's cache answers while the ETag holds, and gunzipping keeps step with the
 * network. Throws an EngineError with the server's own words where it refused, and a plain Error for anything else.
 */
export async function profileBytes(source: OneSource, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  if ('bytes' in source) return isGzip(source.bytes) ? gunzip(new Blob([source.bytes]).stream()) : source.bytes
  const response = await fetch(source.url, { signal, cache: 'no-cache', ...(source.headers ? { headers: source.headers } : {}) })
  if (!response.ok) throw new EngineError({ message: await messageOf(response), status: response.status })
  if (!response.body) throw new Error('The server sent no profile.')
  return gunzip(response.body)
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

async function gunzip(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Response(stream.pipeThrough(new DecompressionStream('gzip')))
  return new Uint8Array(await plain.arrayBuffer())
}

async function messageOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const { error } = body
    if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') return error.message
  }
  return `The server answered with status ${response.status}.`
}
