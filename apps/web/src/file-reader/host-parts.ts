import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { CHUNK_LIMITS, EMPTY_QUALITY, IMPORTED_FILE_LIMITS, type TargetQuality } from '@sonde/contract'
import { countFrames, encodeProfile, type Profile, ProfileFormatError, splitProfile, takeHost } from '@sonde/profile'
import type { ReadLimits } from './read-limits.ts'

const gzip = promisify(gzipCallback)

/** One host of a file, as a capture stores it. */
export type HostPart = { id: string; name: string; quality: TargetQuality; chunks: Uint8Array[] }

/**
 * A profile as chunks by host, each host under an id of its own (`<prefix>1`, `<prefix>2`, …) and by the name that the file has for
 * it. `notes` go to the first host: they are about the file. Throws `ProfileFormatError` where it is beyond what a capture holds.
 */
export async function hostParts(
  profile: Profile,
  prefix: string,
  notes: readonly string[],
  limits: Pick<ReadLimits, 'profileBytes' | 'samples' | 'stacks'>,
): Promise<HostPart[]> {
  refuseBeyond(limits.samples, profile.samples.length, 'samples')
  refuseBeyond(limits.stacks, profile.stacks.length, 'stacks')
  const used = usedHosts(profile)
  refuseBeyond(IMPORTED_FILE_LIMITS.hosts, used.length, 'hosts')
  const room = { bytes: limits.profileBytes }
  const parts: HostPart[] = []
  for (const row of used) {
    const own = profile.hosts.length === 1 ? profile : takeHost(profile, row)
    const id = `${prefix}${parts.length + 1}`
    const named: Profile = { ...own, hosts: { length: 1, id: [id], name: [profile.hosts.name[row] ?? ''] } }
    const chunks = await encodeChunks(named, room)
    parts.push({ id, name: named.hosts.name[0] ?? '', quality: qualityOf(own, parts.length === 0 ? notes : []), chunks })
  }
  return parts
}

function refuseBeyond(limit: number, count: number, what: string): void {
  if (count > limit)
    throw new ProfileFormatError(`has ${count.toLocaleString('en-US')} ${what}; a capture holds ${limit.toLocaleString('en-US')}`)
}

/** Rows of the hosts that have a sample. */
function usedHosts({ hosts, threads, samples }: Profile): number[] {
  const isUsed = new Uint8Array(hosts.length)
  for (const thread of samples.thread) isUsed[threads.host[thread] ?? 0] = 1
  return [...isUsed.keys()].filter((row) => isUsed[row] === 1)
}

/** In order of time, each within the limits of a chunk; `room` is what is left for the whole file. */
async function encodeChunks(profile: Profile, room: { bytes: number }): Promise<Uint8Array[]> {
  const raw = encodeProfile(profile)
  if (raw.length <= CHUNK_LIMITS.maxRawBytes) {
    const packed = await gzip(raw)
    if (packed.length <= CHUNK_LIMITS.maxCompressedBytes) {
      room.bytes -= raw.length
      if (room.bytes < 0) throw new ProfileFormatError('holds more than a capture can: take a shorter recording, or fewer processes')
      return [packed]
    }
  }
  const halves = splitProfile(profile)
  if (halves === null) throw new ProfileFormatError('has a sample that is too large to store')
  const chunks: Uint8Array[] = []
  for (const half of halves) chunks.push(...(await encodeChunks(half, room)))
  return chunks
}

const MOST_NOTES = 20

/** What is counted about a file's samples. Weights that count something are taken for samples: nothing else says how many there were. */
function qualityOf(profile: Profile, notes: readonly string[]): TargetQuality {
  const { meta, samples } = profile
  const counts = meta.unit === 'samples' || meta.unit === 'count' ? samples.weight : samples.count
  const { frames, unknownFrames } = countFrames(profile)
  const left = notes.length - MOST_NOTES
  return {
    ...EMPTY_QUALITY,
    samples: whole(counts.reduce((sum, count) => sum + count, 0)),
    frames: whole(frames),
    unknownFrames: whole(unknownFrames),
    sampledEvent: meta.event === '' ? null : meta.event,
    notes: left > 0 ? [...notes.slice(0, MOST_NOTES - 1), `${left + 1} more notes`] : [...notes],
  }
}

const whole = (sum: number): number => Math.min(Number.MAX_SAFE_INTEGER, Math.round(sum))
