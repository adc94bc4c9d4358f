import { decodeProfile, type Profile } from '@sonde/profile'
import { HttpError } from '../trpc/errors.ts'

/** Fetches a merged profile of a capture, on the CPU or off it; the browser's cache answers while the ETag holds. Throws an Error fit to be shown, an HttpError where the server refused. */
export async function loadProfile(captureId: string, kind: 'profile' | 'offcpu', signal: AbortSignal): Promise<Profile> {
  const response = await fetch(`/api/captures/${encodeURIComponent(captureId)}/profile?kind=${kind}`, { signal, cache: 'no-cache' })
  if (!response.ok) throw new HttpError(response.status, await messageOf(response))
  if (!response.body) throw new Error('The server sent no profile.')
  const plain = new Response(response.body.pipeThrough(new DecompressionStream('gzip')))
  return decodeProfile(new Uint8Array(await plain.arrayBuffer()))
}

async function messageOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const { error } = body
    if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') return error.message
  }
  return `The server answered with status ${response.status}.`
}
