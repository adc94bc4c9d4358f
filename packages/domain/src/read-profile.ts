import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type Actor, CHUNK_LIMITS, SondeError } from '@sonde/contract'
import type { StoredChunk } from '@sonde/db'
import { decodeProfile, emptyProfile, encodeProfile, mergeProfiles, type Profile } from '@sonde/profile'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { type CachedProfile, profileBytes } from './profile-cache.ts'

const gunzipAsync = promisify(gunzip)
const gzipAsync = promisify(gzip)

/** Chunks that are read and decoded at once: bounds memory, and few merges for many chunks. */
const BATCH = 64

const CLOCK_TOLERANCE_MS = 3_600_000

/** `gzip`: gzip of packages/profile's encodeProfile. `version`: the resultVersion.profile that it shows; same version, same samples (not always the same bytes). */
export type CaptureProfile = { gzip: Buffer; version: number }

/**
 * The profile of a capture: everything that its hosts have uploaded so far, merged. While the capture runs, only what is new
 * is merged onto what is cached. A capture without any profile chunk (yet) has an empty profile. Throws `not-found`.
 */
export async function readProfile(actor: Actor, app: App, input: { id: string }): Promise<CaptureProfile> {
  authorize(actor, 'capture.read')
  const version = await profileVersion(app, input.id)
  const cached = app.profiles.get(input.id)
  // Newer is fine as well: another reader may have been faster between our two looks.
  if (cached && cached.version >= version) return { gzip: cached.gzip, version: cached.version }
  const merged = await app.profiles.once(`${input.id}@${version}`, async () => {
    const entry = await mergeNew(app, input.id, app.profiles.get(input.id))
    app.profiles.put(input.id, entry)
    return entry
  })
  return { gzip: merged.gzip, version: merged.version }
}

/** resultVersion.profile alone, for a conditional request. Throws `not-found`. */
export async function readProfileVersion(actor: Actor, app: App, input: { id: string }): Promise<number> {
  authorize(actor, 'capture.read')
  return await profileVersion(app, input.id)
}

async function profileVersion(app: App, captureId: string): Promise<number> {
  const { rows } = await app.db.pool.query<{ version: string }>(
    `SELECT coalesce((SELECT sum(profile_chunks) FROM targets WHERE capture_id = c.id), 0) AS version
     FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [captureId],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  return Number(rows[0].version)
}

async function mergeNew(app: App, captureId: string, base: CachedProfile | undefined): Promise<CachedProfile> {
  const refs = await app.blobs.list(captureId, 'profile')
  const nameOf = (ref: { hostId: string; attempt: number; seq: number }) => `${ref.hostId}/${ref.attempt}/${ref.seq}`
  const fresh = refs.filter((ref) => !base?.included.has(nameOf(ref)))
  const startsMs = fresh.length > 0 ? await readStarts(app, captureId) : new Map<string, number>()
  const clockShiftMs = new Map(base?.clockShiftMs)
  let profile = base?.profile ?? emptyProfile()
  for (let i = 0; i < fresh.length; i += BATCH) {
    const chunks = await app.blobs.read(captureId, fresh.slice(i, i + BATCH))
    const profiles = await Promise.all(chunks.map(decodeChunk))
    profiles.forEach((delta, k) => {
      const hostId = chunks[k]?.hostId ?? ''
      if (!clockShiftMs.has(hostId)) clockShiftMs.set(hostId, clockShift(delta.meta.startMs, startsMs.get(hostId)))
      if (delta.meta.startMs > 0) delta.meta.startMs = Math.max(1, delta.meta.startMs - (clockShiftMs.get(hostId) ?? 0))
    })
    profile = mergeProfiles([profile, ...profiles])
  }
  const encoded = encodeProfile(profile)
  const zipped = await gzipAsync(encoded, { level: 6 })
  // The version is the number of chunks counted on the targets, which is the number of chunks that are listed: they change together.
  return {
    version: refs.length,
    gzip: zipped,
    profile,
    included: new Set(refs.map(nameOf)),
    clockShiftMs,
    sizeBytes: zipped.length + profileBytes(profile) + refs.length * 80,
  }
}

async function decodeChunk(chunk: StoredChunk): Promise<Profile> {
  return decodeProfile(await gunzipAsync(chunk.data, { maxOutputLength: CHUNK_LIMITS.maxRawBytes }))
}

/** When each host's probes were attached, ms since the epoch by the server's clock. */
async function readStarts(app: App, captureId: string): Promise<Map<string, number>> {
  const { rows } = await app.db.pool.query<{ host_id: string; at: Date }>(
    'SELECT host_id, coalesce(started_at, accepted_at, queued_at) AS at FROM targets WHERE capture_id = $1',
    [captureId],
  )
  return new Map(rows.map((row) => [row.host_id, row.at.getTime()]))
}

/**
 * A host whose clock is plainly wrong (an hour and more) would stretch the time axis of all: its times are moved to where the
 * server saw it start. Smaller differences are left: they may be real, for a host that was out of contact when it started.
 */
export function clockShift(hostStartMs: number, serverStartMs: number | undefined): number {
  if (serverStartMs === undefined || hostStartMs <= 0) return 0
  const shiftMs = hostStartMs - serverStartMs
  return Math.abs(shiftMs) > CLOCK_TOLERANCE_MS ? shiftMs : 0
}
