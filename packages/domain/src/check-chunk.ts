import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { assertNever, CHUNK_LIMITS, type ChunkKind, SondeError, syscallSnapshotSchema } from '@sonde/contract'
import { decodeProfile, ProfileFormatError } from '@sonde/profile'
import { z } from 'zod'

/** Far beyond the longest capture: what claims more would stretch the time axis of all hosts. */
const MAX_CHUNK_MS = 3_600_000

const gunzipAsync = promisify(gunzip)

/**
 * Reads a chunk as it will be read when somebody looks at the capture, so that nothing is stored which cannot be shown.
 * Throws `too-large` for one that unpacks beyond its limit, `unprocessable` for one that is not what it says it is.
 */
export async function checkChunk(host: { id: string }, chunk: { seq: number; kind: ChunkKind; bytes: Uint8Array }): Promise<void> {
  const part = `part ${chunk.seq}`
  const raw = await unpack(chunk.bytes, part)
  if (chunk.kind === 'profile') checkProfile(host, raw, part)
  else if (chunk.kind === 'syscalls') checkSyscalls(raw, part)
  else assertNever(chunk.kind)
}

async function unpack(bytes: Uint8Array, part: string): Promise<Buffer> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new SondeError('too-large', `${part} is larger than ${CHUNK_LIMITS.maxRawBytes} bytes when unpacked`)
    }
    throw new SondeError('unprocessable', `${part} is not gzip, or is damaged: ${error instanceof Error ? error.message : error}`)
  }
}

function checkProfile(host: { id: string }, raw: Buffer, part: string): void {
  try {
    const profile = decodeProfile(raw)
    const stranger = profile.hosts.id.find((id) => id !== host.id)
    if (stranger !== undefined) throw new SondeError('unprocessable', `${part} is about another host than the one that sent it`)
    const lastMs = (profile.samples.timeUs.at(-1) ?? 0) / 1000
    if (profile.meta.durationMs > MAX_CHUNK_MS || lastMs > MAX_CHUNK_MS) {
      throw new SondeError('unprocessable', `${part} claims to cover more than an hour`)
    }
    // Samples of several hosts are added up, which only makes sense if they all count the same.
    if (profile.meta.unit !== 'samples') throw new SondeError('unprocessable', `${part} counts ${profile.meta.unit}, not samples`)
  } catch (error) {
    if (error instanceof ProfileFormatError) throw new SondeError('unprocessable', `${part} is not a profile: ${error.message}`)
    throw error
  }
}

function checkSyscalls(raw: Buffer, part: string): void {
  let json: unknown
  try {
    json = JSON.parse(raw.toString('utf8'))
  } catch {
    throw new SondeError('unprocessable', `${part} is not JSON`)
  }
  const parsed = syscallSnapshotSchema.safeParse(json)
  if (!parsed.success)
    throw new SondeError('unprocessable', `${part} is not a syscall snapshot: ${z.prettifyError(parsed.error).slice(0, 500)}`)
}
