import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import {
  assertNever,
  type CaptureSpec,
  CHUNK_KIND_OF,
  CHUNK_LIMITS,
  type ChunkKind,
  countersDeltaSchema,
  countsDeltaSchema,
  eventsDeltaSchema,
  latencyDeltaSchema,
  SondeError,
  syscallSnapshotSchema,
  weightUnitsOf,
} from '@sonde/contract'
import { decodeProfile, ProfileFormatError } from '@sonde/profile'
import { z } from 'zod'
import { countersFault, countsFault, eventsFault, latencyFault } from './delta-faults.ts'
import { PATIENCE_MS } from './target-transitions.ts'

const gunzipAsync = promisify(gunzip)

/** Where a chunk belongs: the host that sends it and the capture it was asked for. */
export type ChunkContext = { hostId: string; spec: CaptureSpec }

/**
 * Reads a chunk as it will be read when somebody looks at the capture, so that nothing is stored which cannot be shown.
 * Throws `too-large` for one that unpacks beyond its limit, `unprocessable` for one that is not what it says it is, or that the
 * capture did not ask for.
 */
export async function checkChunk(context: ChunkContext, chunk: { seq: number; kind: ChunkKind; bytes: Uint8Array }): Promise<void> {
  const part = `part ${chunk.seq}`
  const instrument = context.spec.instruments.find((i) => CHUNK_KIND_OF[i.collector] === chunk.kind)
  if (!instrument) throw new SondeError('unprocessable', `${part} holds ${chunk.kind}, which this capture does not record`)
  const raw = await unpack(chunk.bytes, part)
  const limitMs = longestMs(context.spec)
  switch (chunk.kind) {
    case 'profile':
    case 'offcpu':
      if (instrument.collector === 'stacks' || instrument.collector === 'offcpu')
        checkProfile(raw, part, { hostId: context.hostId, units: weightUnitsOf(instrument), limitMs })
      return
    case 'syscalls':
      checkJson(raw, part, 'a syscall snapshot', syscallSnapshotSchema, () => null)
      return
    case 'counts':
      checkJson(raw, part, 'a delta of counts', countsDeltaSchema, (delta) => countsFault(delta, limitMs))
      return
    case 'latency':
      checkJson(raw, part, 'a delta of latencies', latencyDeltaSchema, (delta) => latencyFault(delta, limitMs))
      return
    case 'events':
      checkJson(raw, part, 'a delta of events', eventsDeltaSchema, (delta) => eventsFault(delta, limitMs))
      return
    case 'counters':
      checkJson(raw, part, 'a delta of counters', countersDeltaSchema, (delta) => countersFault(delta, limitMs))
      return
    default:
      assertNever(chunk.kind)
  }
}

/** No result covers more, ms: the duration, and as much as attaching and reading out may take. More would stretch the time axis of all hosts. */
export function longestMs(spec: CaptureSpec): number {
  return spec.durationMs + PATIENCE_MS.lease
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

function checkProfile(raw: Buffer, part: string, expected: { hostId: string; units: readonly string[]; limitMs: number }): void {
  try {
    const profile = decodeProfile(raw)
    const stranger = profile.hosts.id.find((id) => id !== expected.hostId)
    if (stranger !== undefined) throw new SondeError('unprocessable', `${part} is about another host than the one that sent it`)
    const lastMs = (profile.samples.timeUs.at(-1) ?? 0) / 1000
    if (profile.meta.durationMs > expected.limitMs || lastMs > expected.limitMs) {
      throw new SondeError('unprocessable', `${part} claims to cover more time than the capture takes`)
    }
    // Samples of several hosts are added up, which only makes sense if they all count the same.
    if (!expected.units.includes(profile.meta.unit)) {
      throw new SondeError('unprocessable', `${part} counts ${profile.meta.unit}, not ${expected.units.join(' or ')}`)
    }
  } catch (error) {
    if (error instanceof ProfileFormatError) throw new SondeError('unprocessable', `${part} is not a profile: ${error.message}`)
    throw error
  }
}

/** `faultOf`: what is wrong with a chunk whose form is right, in words that follow "part 3"; null for nothing. */
function checkJson<T>(raw: Buffer, part: string, what: string, schema: z.ZodType<T>, faultOf: (value: T) => string | null): void {
  let json: unknown
  try {
    json = JSON.parse(raw.toString('utf8'))
  } catch {
    throw new SondeError('unprocessable', `${part} is not JSON`)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new SondeError('unprocessable', `${part} is not ${what}: ${z.prettifyError(parsed.error).slice(0, 500)}`)
  const fault = faultOf(parsed.data)
  if (fault !== null) throw new SondeError('unprocessable', `${part} ${fault}`)
}
