import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { type EventsDelta, eventsDeltaSchema, type SyscallSnapshot, syscallSnapshotSchema } from '@sonde/contract'
import { decodeProfile, emptyProfile, mergeProfiles, type Profile, splitProfile, toFolded } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { encodeDeltaChunks, encodeProfileChunks, encodeSyscallsChunk } from './encode-chunks.ts'
import { makeProfile, makeSnapshot } from './testing/scripted-tracing.ts'

/** What a profile says, whatever the order of its tables: one line per sample. */
function samplesOf(profile: Profile): string[] {
  const { samples, stacks, frames, threads, strings, hosts } = profile
  return Array.from({ length: samples.length }, (_, i) => {
    const path: string[] = []
    for (let row = samples.stack[i] ?? -1; row !== -1; row = stacks.parent[row] ?? -1) {
      const frame = stacks.frame[row] ?? 0
      path.push(`${strings[frames.name[frame] ?? 0]}@${strings[frames.module[frame] ?? 0]}/${frames.kind[frame]}`)
    }
    const thread = samples.thread[i] ?? 0
    const who = [threads.pid[thread], threads.tid[thread], strings[threads.comm[thread] ?? 0], hosts.id[threads.host[thread] ?? 0]]
    return [...who, samples.timeUs[i], samples.weight[i], ...path].join(' ')
  })
}

async function chunksOf(profile: Profile, limits: { maxCompressedBytes: number; maxRawBytes: number }) {
  let lost = 0
  const chunks: Buffer[] = []
  for await (const chunk of encodeProfileChunks(profile, (samples) => (lost += samples), limits)) chunks.push(chunk)
  return { chunks, lost }
}

describe('splitProfile', () => {
  it('loses nothing: the halves together say what the whole said', () => {
    for (const count of [2, 3, 17, 500]) {
      const whole = makeProfile(count, { seed: count })
      const halves = splitProfile(whole)
      expect(halves?.flatMap(samplesOf)).toEqual(samplesOf(whole))
      expect(halves?.[0].strings.length).toBeLessThan(whole.strings.length)
    }
    expect(splitProfile(makeProfile(1))).toBeNull()
  })
})

describe('encodeProfileChunks', () => {
  it.each([
    { maxCompressedBytes: 3_000, maxRawBytes: 1_000_000 },
    { maxCompressedBytes: 1_000_000, maxRawBytes: 20_000 },
  ])('keeps every chunk within %o, and merged they are the profile', async (limits) => {
    const whole = makeProfile(1_000)
    const { chunks, lost } = await chunksOf(whole, limits)
    expect(chunks.length).toBeGreaterThan(3)
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(limits.maxCompressedBytes)
      expect(gunzipSync(chunk).length).toBeLessThanOrEqual(limits.maxRawBytes)
    }
    const merged = mergeProfiles(chunks.map((chunk) => decodeProfile(gunzipSync(chunk))))
    expect(lost).toBe(0)
    expect(samplesOf(merged)).toEqual(samplesOf(whole))
    expect(toFolded(merged).sort()).toEqual(toFolded(whole).sort())
  })
  it('counts a sample that fits no chunk, and keeps its neighbours', async () => {
    const { chunks, lost } = await chunksOf(makeProfile(9, { nameLength: 20_000 }), { maxCompressedBytes: 5_000, maxRawBytes: 1_000_000 })
    expect([chunks.length, lost]).toEqual([0, 9])
  })
  it('makes no chunk of a delta without samples', async () => {
    expect(await chunksOf(emptyProfile(), { maxCompressedBytes: 1e6, maxRawBytes: 1e6 })).toEqual({ chunks: [], lost: 0 })
  })
})

describe('encodeDeltaChunks', () => {
  const events = (count: number): EventsDelta => ({
    version: 1,
    fields: [{ name: 'args.name', type: 'text' }],
    rows: Array.from({ length: count }, (_, i) => ({
      timeUs: i,
      cpu: 0,
      pid: 1,
      tid: 1,
      comm: 'p',
      values: [randomBytes(200).toString('hex')],
    })),
    overCap: 1,
    lost: 2,
  })
  const encode = async (delta: EventsDelta, limits: { maxCompressedBytes: number; maxRawBytes: number }) => {
    let lost = 0
    const deltas: EventsDelta[] = []
    for await (const chunk of encodeDeltaChunks({ kind: 'events', delta }, (count) => (lost += count), limits)) {
      expect(chunk.length).toBeLessThanOrEqual(limits.maxCompressedBytes)
      deltas.push(eventsDeltaSchema.parse(JSON.parse(gunzipSync(chunk).toString())))
    }
    return { deltas, lost }
  }

  it('cuts what is too large, and keeps every row', async () => {
    const whole = events(300)
    const { deltas, lost } = await encode(whole, { maxCompressedBytes: 10_000, maxRawBytes: 1_000_000 })
    expect(deltas.length).toBeGreaterThan(3)
    expect(deltas.flatMap(({ rows }) => rows)).toEqual(whole.rows)
    expect([deltas.reduce((sum, d) => sum + d.lost, 0), lost]).toEqual([2, 0])
  })

  it('cuts what has more rows than the server takes', async () => {
    const row = { timeUs: 0, cpu: 0, pid: 1, tid: 1, comm: 'p', values: [1] }
    const whole: EventsDelta = { ...events(0), rows: new Array(100_001).fill(row) }
    const { deltas } = await encode(whole, { maxCompressedBytes: 1e6, maxRawBytes: 1e9 })
    expect(deltas.map(({ rows }) => rows.length)).toEqual([50_000, 50_001])
  })

  it('counts a row that fits no chunk', async () => {
    const { deltas, lost } = await encode(events(3), { maxCompressedBytes: 100, maxRawBytes: 1e6 })
    expect([deltas, lost]).toEqual([[], 3])
  })
})

describe('encodeSyscallsChunk', () => {
  it('sends a snapshot that fits as it is', async () => {
    const snapshot = makeSnapshot(20)
    const { bytes, snapshot: encoded } = await encodeSyscallsChunk(snapshot)
    expect(encoded).toBe(snapshot)
    expect(syscallSnapshotSchema.parse(JSON.parse(gunzipSync(bytes).toString()))).toEqual(snapshot)
  })
  it('leaves out the rows with the least time, and says so', async () => {
    const snapshot: SyscallSnapshot = { ...makeSnapshot(400), lostCalls: 5 }
    for (const process of snapshot.processes) process.comm = randomBytes(10).toString('hex')
    const { bytes } = await encodeSyscallsChunk(snapshot, { maxCompressedBytes: 3_000, maxRawBytes: 1_000_000 })
    const read = syscallSnapshotSchema.parse(JSON.parse(gunzipSync(bytes).toString()))
    const calls = (rows: SyscallSnapshot['rows']) => rows.reduce((sum, row) => sum + row.calls, 0)
    expect(bytes.length).toBeLessThanOrEqual(3_000)
    expect(read.truncated).toBe(true)
    expect(read.rows.length).toBeGreaterThan(0)
    expect(calls(read.rows) + read.lostCalls).toBe(calls(snapshot.rows) + 5)
    expect(Math.min(...read.rows.map((row) => row.totalNs))).toBeGreaterThan(200_000)
    expect(read.processes.length).toBe(read.rows.length)
  })
})
