import { SondeError } from '@sonde/contract'

/** A request's body as text, read no further than `limit` bytes. Throws `too-large`. */
export async function readBounded(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new SondeError('too-large', `the body is larger than ${Math.round(limit / 1024)} KiB`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of request.body ?? []) {
    bytes += part.length
    if (bytes > limit) throw tooLarge()
    parts.push(part)
  }
  return new TextDecoder().decode(Buffer.concat(parts))
}
