import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  type Actor,
  type CaptureSpec,
  type ChunkKind,
  type CountersDelta,
  type CountsDelta,
  captureSpecSchema,
  EMPTY_QUALITY,
  type EventsDelta,
  type HostFacts,
  type LatencyDelta,
  type ManifestEntry,
  type Role,
  type SyscallSnapshot,
  specOfRecipe,
  type TargetQuality,
  type TargetRef,
  type TargetState,
} from '@sonde/contract'
import { startTestDatabase, type TestDatabase } from '@sonde/db/testing'
import { encodeProfile, FRAME_KIND, type Profile, ProfileBuilder } from '@sonde/profile'
import { type AgentHost, authenticateAgent } from '../agent-host.ts'
import { type App, createApp } from '../app.ts'
import { enrolHost } from '../enrol-host.ts'
import { issueJoinToken } from '../join-tokens.ts'
import { startCapture } from '../start-capture.ts'

export const FACTS: HostFacts = {
  hostname: 'web-1',
  os: 'debian 12',
  kernel: '6.1.0-18-amd64',
  arch: 'x64',
  cpuModel: 'Test CPU',
  cpuCount: 4,
  memoryBytes: 8 * 1024 ** 3,
  bootId: 'boot',
  agentVersion: '0.1.0',
  tools: [{ name: 'perf', version: '6.1', path: '/usr/bin/perf' }],
  capabilities: [{ id: 'perf', available: true, reason: null, remedy: null }],
}
export const SPEC: CaptureSpec = specOfRecipe('cpu-profile', { durationMs: 5_000 })
/** One instrument of every collector. */
export const EVERY_COLLECTOR: CaptureSpec = captureSpecSchema.parse({
  version: 2,
  recipe: null,
  durationMs: 5_000,
  instruments: [
    { collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 99 } },
    { collector: 'syscalls' },
    { collector: 'offcpu' },
    { collector: 'counts', probes: [{ kind: 'kprobe', function: 'vfs_*' }], groupBy: 'comm', sum: 'args.count' },
    {
      collector: 'latency',
      start: { probe: { kind: 'kprobe', function: 'vfs_read' } },
      probe: { kind: 'kprobe', function: 'vfs_read', at: 'return' },
    },
    { collector: 'events', probe: { kind: 'tracepoint', category: 'sched', name: 'sched_process_exec' }, fields: ['args.filename', 'uid'] },
    { collector: 'pmu', events: ['cycles', 'instructions'] },
  ],
})
export const QUALITY: TargetQuality = { ...EMPTY_QUALITY, samples: 10, frames: 20 }
export const LOAD = { load1: 1, load5: 1, load15: 1, cpuBusy: 0.5, ioWait: 0, memoryUsedBytes: 1024 }

/** A migrated, empty database on a real Postgres, with what a test needs in it. `close` it, always. */
export type World = {
  app: App
  database: TestDatabase
  actor: (role: Role) => Promise<Extract<Actor, { kind: 'user' }>>
  /** Enrolled just now, so online. */
  host: (name?: string, labels?: Record<string, string>) => Promise<AgentHost & { token: string }>
  capture: (hosts: AgentHost[], spec?: CaptureSpec) => Promise<string>
  target: (
    captureId: string,
    host: AgentHost,
  ) => Promise<{ state: TargetState; reason: string | null; message: string | null; cancel_requested_at: Date | null }>
  /** Lets a target's times lie further back, as if `ms` had passed for it. */
  age: (captureId: string, ms: number) => Promise<void>
  /** Lets a host's last heartbeat lie further back. */
  silence: (host: AgentHost, ms: number) => Promise<void>
  clear: () => Promise<void>
  close: () => Promise<void>
}

export async function createWorld(): Promise<World> {
  const database = await startTestDatabase()
  const app = createApp({ databaseUrl: database.url, webUrl: 'http://web.test', gatewayUrl: 'http://gateway.test' })
  let count = 0
  const world: World = {
    app,
    database,
    actor: async (role) => {
      const userId = app.newId()
      await app.db.prisma.user.create({ data: { id: userId, name: `Some ${role}`, email: `${userId}@example.org`, role } })
      return { kind: 'user', userId, name: `Some ${role}`, role }
    },
    host: async (name = `host-${count}`, labels = {}) => {
      const { token } = await issueJoinToken(app, {}, null)
      const machineKey = createHash('sha256').update(`${name}/${count++}`).digest('hex')
      const { agentToken } = await enrolHost(app, { joinToken: token, machineKey, facts: { ...FACTS, hostname: name }, labels })
      return { ...(await authenticateAgent(app, agentToken)), token: agentToken }
    },
    capture: async (hosts, spec = SPEC) => {
      const { id } = await startCapture(await world.actor('operator'), app, { hostIds: hosts.map((h) => h.id), spec })
      return id
    },
    target: async (captureId, host) => {
      const { rows } = await app.db.pool.query('SELECT * FROM targets WHERE capture_id = $1 AND host_id = $2', [captureId, host.id])
      if (!rows[0]) throw new Error('no such target')
      return rows[0]
    },
    age: async (captureId, ms) => {
      const columns = ['queued_at', 'offered_at', 'accepted_at', 'started_at', 'lease_until', 'cancel_requested_at', 'cancel_sent_at']
      const sets = columns.map((column) => `${column} = ${column} - $2 * interval '1 ms'`)
      await app.db.pool.query(`UPDATE targets SET ${sets.join(', ')} WHERE capture_id = $1`, [captureId, ms])
    },
    silence: async (host, ms) => {
      await app.db.pool.query(`UPDATE hosts SET last_seen_at = last_seen_at - $2 * interval '1 ms' WHERE id = $1`, [host.id, ms])
    },
    clear: async () => {
      await app.db.pool.query(
        'TRUNCATE users, hosts, captures, targets, chunks, host_queries, join_tokens, invites, api_tokens, device_logins, catalogues, host_catalogues, deploys, host_builds CASCADE',
      )
    },
    close: async () => {
      await app.close()
      await database.stop()
    },
  }
  return world
}

export const refOf = (captureId: string, attempt = 1): TargetRef => ({ captureId, attempt })

/** One thread's samples, one for each stack given from the outermost frame inwards as in `main;work`. */
export function profileOf(
  hostId: string,
  stacks: string[],
  options: { startMs?: number; pid?: number; unit?: Profile['meta']['unit'] } = {},
): Profile {
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: options.unit ?? 'samples',
    periodNs: 10_101_010,
    startMs: options.startMs ?? 1_760_000_000_000,
    durationMs: 1_000,
  })
  const thread = builder.addThread(builder.addHost(hostId, `name of ${hostId}`), options.pid ?? 42, options.pid ?? 42, 'app')
  stacks.forEach((frames, i) => {
    let stack = -1
    for (const name of frames.split(';')) stack = builder.addStack(stack, builder.addFrame(name, 'app', FRAME_KIND.user))
    builder.addSample(stack, thread, i * 10_000, 1)
  })
  return builder.build()
}

export function snapshotOf(calls: number): SyscallSnapshot {
  return {
    version: 1,
    elapsedMs: 1_000,
    processes: [{ pid: 42, comm: 'app' }],
    rows: [{ pid: 42, nr: 1, name: 'write', calls, totalNs: calls * 100, maxNs: 100, errors: [], histogram: [[6, calls]] }],
    unmatchedExits: 0,
    lostCalls: 0,
    truncated: false,
  }
}

/** `reads` of one process in two slices of a second each, from `atMs` on. */
export function countsOf(
  reads: number,
  options: { atMs?: number; pid?: number; comm?: string; key?: string | null; probe?: string } = {},
): CountsDelta {
  const { atMs = 0, pid = 42, comm = 'app', key = null, probe = 'kprobe:vfs_read' } = options
  const slice = (at: number) => ({ atMs: at, lengthMs: 1_000, rows: [{ pid, probe: 0, key, count: reads, sum: reads * 512 }] })
  return { version: 1, probes: [probe], processes: [{ pid, comm }], slices: [slice(atMs), slice(atMs + 1_000)], lost: 0, truncated: false }
}

/** Spans of one process in one slice of a second: the histogram's, each as long as its bucket's lowest value. */
export function latencyOf(
  histogram: [bucket: number, spans: number][],
  options: { atMs?: number; pid?: number; comm?: string; key?: string | null } = {},
): LatencyDelta {
  const { atMs = 0, pid = 42, comm = 'app', key = null } = options
  const row = {
    pid,
    key,
    count: histogram.reduce((sum, [, spans]) => sum + spans, 0),
    totalNs: histogram.reduce((sum, [bucket, spans]) => sum + spans * 2 ** bucket, 0),
    maxNs: Math.max(...histogram.map(([bucket]) => 2 ** bucket)),
    histogram,
  }
  return {
    version: 1,
    processes: [{ pid, comm }],
    slices: [{ atMs, lengthMs: 1_000, rows: [row] }],
    unmatched: 1,
    lost: 0,
    truncated: false,
  }
}

/** One row for each time given, in ms: a file name and how long it took. */
export function eventsOf(timesMs: number[], options: { pid?: number; comm?: string; file?: string } = {}): EventsDelta {
  const { pid = 42, comm = 'app', file = '/etc/hosts' } = options
  return {
    version: 1,
    fields: [
      { name: 'args.filename', type: 'text' },
      { name: 'duration', type: 'duration' },
    ],
    rows: timesMs.map((ms) => ({ timeUs: ms * 1_000, cpu: 0, pid, tid: pid, comm, values: [file, ms * 10] })),
    overCap: 0,
    lost: 0,
  }
}

/** One interval of a second: cycles and half as many instructions, all CPUs together. */
export function countersOf(cycles: number, options: { atMs?: number; runningShare?: number } = {}): CountersDelta {
  const { atMs = 0, runningShare = 1 } = options
  const counter = (event: string, value: number) => ({ event, cpu: null, value, unit: '', runningShare })
  return {
    version: 1,
    intervals: [{ atMs, lengthMs: 1_000, counters: [counter('cycles', cycles), counter('instructions', cycles / 2)] }],
    unsupported: [],
  }
}

export type TestChunk = { seq: number; kind: ChunkKind; sha256: string; bytes: Buffer }

/** Raw bytes → a chunk with its own hash, right in form whatever it holds. */
export function chunkOf(seq: number, kind: ChunkKind, raw: Uint8Array | string, options: { gzip?: boolean } = {}): TestChunk {
  const bytes = options.gzip === false ? Buffer.from(raw) : gzipSync(raw)
  return { seq, kind, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
export const profileChunk = (seq: number, profile: Profile, kind: 'profile' | 'offcpu' = 'profile'): TestChunk =>
  chunkOf(seq, kind, encodeProfile(profile))
export const syscallsChunk = (seq: number, snapshot: SyscallSnapshot): TestChunk => chunkOf(seq, 'syscalls', JSON.stringify(snapshot))
/** A chunk of any kind that travels as JSON. */
export const jsonChunk = (seq: number, kind: ChunkKind, delta: unknown): TestChunk => chunkOf(seq, kind, JSON.stringify(delta))
export const manifestOf = (chunks: TestChunk[]): ManifestEntry[] =>
  chunks.map(({ seq, kind, sha256, bytes }) => ({ seq, kind, sha256, sizeBytes: bytes.length }))
