import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type Actor, CHUNK_LIMITS, SondeError } from '@sonde/contract'
import type { StoredChunk } from '@sonde/db'
import { decodeProfile, emptyProfile, encodeProfile, mergeProfiles, type Profile, ProfileMergeError } from '@sonde/profile'
import type { App } from './app.ts'
import { authorizeCapture, type CaptureSight } from './authorize-capture.ts'
import { type CachedProfile, profileBytes } from './cached-profile.ts'
import { hideInProfile } from './hide-profile.ts'
import { hideInEvent } from './hide-spec.ts'
import { hostPseudonyms } from './host-pseudonyms.ts'
import { readHostTimes } from './read-host-times.ts'
import { readResultVersion } from './read-result-version.ts'

const gunzipAsync = promisify(gunzip)
const gzipAsync = promisify(gzip)

/** Chunks that are read and decoded at once: bounds memory, and few merges for many chunks. */
const BATCH = 64

const CLOCK_TOLERANCE_MS = 3_600_000

/** Which of a capture's profiles: of the collector `stacks`, or of `offcpu`. */
export type ProfileKind = 'profile' | 'offcpu'
export type ProfileInput = { id: string; kind?: ProfileKind | undefined }

/** `gzip`: gzip of packages/profile's encodeProfile. `version`: the resultVersion of its kind that it shows; same version, same samples (not always the same bytes). */
export type CaptureProfile = { gzip: Buffer; version: number }

/**
 * A profile of a capture: everything that its hosts have uploaded so far, merged. While the capture runs, only what is new
 * is merged onto what is cached. A capture without any such chunk (yet) has an empty profile. Throws `not-found`, and
 * `unprocessable` where its hosts count different things.
 */
export async function readProfile(actor: Actor, app: App, { id, kind = 'profile' }: ProfileInput): Promise<CaptureProfile> {
  const sight = authorizeCapture(actor, id)
  const { gzip: zipped, version } = await seenProfile(app, sight, { id, kind })
  return { gzip: zipped, version }
}

/** The same whoever asks, with the columns at hand: for use cases that look into it. Throws as `readProfile`. */
export async function mergedProfile(app: App, id: string, kind: ProfileKind): Promise<CachedProfile> {
  const version = await readResultVersion(app, id, kind)
  const key = `${id}/${kind}`
  const cached = app.profiles.get(key)
  // Newer is fine as well: another reader may have been faster between our two looks.
  if (cached && cached.version >= version) return cached
  return await app.profiles.once(`${key}@${version}`, async () => {
    const entry = await mergeNew(app, id, kind, app.profiles.get(key))
    app.profiles.put(key, entry)
    return entry
  })
}

async function seenProfile(app: App, sight: CaptureSight, { id, kind }: { id: string; kind: ProfileKind }): Promise<CachedProfile> {
  if (!sight.hosts) return await namelessProfile(app, id, kind)
  const whole = await mergedProfile(app, id, kind)
  const event = sight.args ? whole.profile.meta.event : hideInEvent(whole.profile.meta.event)
  if (event === whole.profile.meta.event) return whole
  // What was sampled names the path of a binary. Rare, so made anew for each reader.
  const profile = { ...whole.profile, meta: { ...whole.profile.meta, event } }
  return { ...whole, gzip: await gzipAsync(encodeProfile(profile), { level: 6 }), profile }
}

/** Without names of hosts and cgroups, and kept like that: readers of one link load the page at about the same time. */
async function namelessProfile(app: App, id: string, kind: ProfileKind): Promise<CachedProfile> {
  const whole = await mergedProfile(app, id, kind)
  const key = namelessKey(id, kind)
  const cached = app.profiles.get(key)
  if (cached && cached.version >= whole.version) return cached
  return await app.profiles.once(`${key}@${whole.version}`, async () => {
    const profile = hideInProfile(whole.profile, hostPseudonyms((await readHostTimes(app, id)).keys()))
    const zipped = await gzipAsync(encodeProfile(profile), { level: 6 })
    const sizeBytes = zipped.length + profileBytes(profile)
    const entry = { ...whole, gzip: zipped, profile, sizeBytes }
    app.profiles.put(key, entry)
    return entry
  })
}

export const namelessKey = (id: string, kind: ProfileKind): string => `${id}/${kind}/nameless`

/** The resultVersion of its kind alone, for a conditional request. Throws `not-found`. */
export async function readProfileVersion(actor: Actor, app: App, { id, kind = 'profile' }: ProfileInput): Promise<number> {
  authorizeCapture(actor, id)
  return await readResultVersion(app, id, kind)
}

async function mergeNew(app: App, captureId: string, kind: ProfileKind, base: CachedProfile | undefined): Promise<CachedProfile> {
  const refs = await app.blobs.list(captureId, kind)
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
    profile = mergeAll([profile, ...profiles])
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

function mergeAll(profiles: Profile[]): Profile {
  try {
    return mergeProfiles(profiles)
  } catch (error) {
    // Each host was held to the capture's spec; where that leaves a choice, two versions of the agent may choose differently.
    if (error instanceof ProfileMergeError)
      throw new SondeError('unprocessable', `the hosts of this capture cannot be added up: ${error.message}`)
    throw error
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
