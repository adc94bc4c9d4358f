import { spawn } from 'node:child_process'
import {
  type CaptureSpec,
  EMPTY_QUALITY,
  type HostCommand,
  type HostFacts,
  type HostPolicy,
  type SyscallSnapshot,
  specOfRecipe,
} from '@sonde/contract'
import { FRAME_KIND, type Profile, ProfileBuilder } from '@sonde/profile'
import { pause } from '../pause.ts'
import type { Recording, Tracing } from '../tracing.ts'

export const FACTS: HostFacts = {
  hostname: 'test-host',
  os: 'debian 12',
  kernel: '6.1.0',
  arch: 'x64',
  cpuModel: 'test',
  cpuCount: 2,
  memoryBytes: 1024,
  bootId: 'boot',
  agentVersion: '0.1.0',
  tools: [],
  capabilities: [],
}

export const SPEC: CaptureSpec = specOfRecipe('cpu-and-syscalls', { durationMs: 1000 })

export const POLICY: HostPolicy = {
  source: null,
  problem: null,
  probeKinds: [],
  collectors: [],
  containersOnly: false,
  uids: null,
  limits: { durationMs: 300_000, samplingHz: 999, concurrentCaptures: 2, probesPerPattern: 50, gatewayGoneMs: 120_000 },
  budget: { hitsPerSecond: 1, cores: 1, memoryBytes: 1, outputBytes: 1 },
  rules: [],
  cgroup: null,
  cgroupProblem: null,
}

export const COMMAND: HostCommand = {
  collector: 'stacks',
  tool: 'perf',
  toolVersion: null,
  argv: ['perf', 'record'],
  env: {},
  program: null,
}

/** `samples` samples, each with a stack of its own of `depth` frames. */
export function makeProfile(samples: number, { depth = 3, nameLength = 8, seed = 1 } = {}): Profile {
  const builder = new ProfileBuilder({ event: 'cpu-clock', periodNs: 10_101_010, startMs: 1_700_000_000_000, durationMs: 2000 })
  const thread = builder.addThread(builder.addHost('', 'whatever'), 42, 43, 'worker')
  let random = seed
  for (let i = 0; i < samples; i++) {
    let stack = -1
    for (let level = 0; level < depth; level++) {
      // Numerical Recipes' LCG: text that gzip cannot shrink much, the same at every run.
      let name = `f${i}_${level}_`
      while (name.length < nameLength) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0
        name += random.toString(36)
      }
      stack = builder.addStack(stack, builder.addFrame(name, 'app', level === depth - 1 ? FRAME_KIND.unknown : FRAME_KIND.user))
    }
    builder.addSample(stack, thread, i * 10_000, 1)
  }
  return builder.build()
}

export const makeSnapshot = (rows: number, elapsedMs = 1000): SyscallSnapshot => ({
  version: 1,
  elapsedMs,
  processes: Array.from({ length: rows }, (_, i) => ({ pid: i + 1, comm: `p${i}` })),
  rows: Array.from({ length: rows }, (_, i) => ({
    pid: i + 1,
    nr: 1,
    name: 'write',
    calls: i + 1,
    totalNs: (i + 1) * 1000,
    maxNs: 2000,
    errors: [],
    histogram: [[9, i + 1]],
  })),
  unmatchedExits: 0,
  lostCalls: 0,
  truncated: false,
})

export type Script = {
  /** Runs in place of planning; may throw a TraceRefusal. */
  plan?: () => void | Promise<void>
  /** What the host's policy says otherwise than POLICY. */
  limits?: Partial<HostPolicy['limits']>
  /** In place of the usual recording. */
  record?: Recording['run']
  /** CPU pressure of the host, percent. */
  pressure?: () => number
  /** Between deltas, ms. */
  deltaMs?: number
}

/**
 * Tracing by script, with the real tracer's manners: a child process that dies on abort, deltas while it runs, a last one at the
 * end. The child is a real one, so that tests can look for it among the processes.
 */
export function scriptedTracing(script: Script = {}): Tracing & { pids: number[] } {
  const pids: number[] = []
  const record =
    (spec: CaptureSpec): Recording['run'] =>
    async (hooks) => {
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'sleep', '600'], { stdio: 'ignore' })
      if (child.pid !== undefined) pids.push(child.pid)
      const gone = new Promise((resolve) => child.once('exit', resolve))
      const startedMs = performance.now()
      let samples = 0
      try {
        await hooks.onAttached([COMMAND])
        while (!hooks.signal.aborted && performance.now() - startedMs < spec.durationMs) {
          await pause(Math.min(script.deltaMs ?? 100, spec.durationMs), hooks.signal)
          await hooks.onResult({ kind: 'profile', profile: makeProfile(10) })
          samples += 10
          await hooks.onResult({ kind: 'syscalls', snapshot: makeSnapshot(3, performance.now() - startedMs) })
        }
      } finally {
        child.kill('SIGKILL')
        await gone
      }
      const quality = { ...EMPTY_QUALITY, samples, partial: hooks.signal.aborted }
      return { quality, recordedMs: performance.now() - startedMs }
    }
  return {
    pids,
    detectFacts: async () => FACTS,
    readLoad: async () => ({ load1: 0, load5: 0, load15: 0, cpuBusy: null, ioWait: null, memoryUsedBytes: 0 }),
    readThresholds: async () => ({
      'pressure-cpu': script.pressure?.() ?? null,
      'pressure-io': null,
      'pressure-memory': null,
      'run-queue': null,
      iowait: null,
    }),
    listProcesses: async () => ({ takenAtMs: Date.now(), rows: [], truncated: false }),
    plan: async (spec) => {
      await script.plan?.()
      return { run: script.record ?? record(spec), release: () => undefined }
    },
    allowedBinaries: async () => ({ allow: ['*'], deny: [] }),
    policy: async () => ({ ...POLICY, limits: { ...POLICY.limits, ...script.limits } }),
    forecast: async () => ({ ok: false, reason: 'internal', message: 'nothing to count here' }),
    preview: async () => ({ ok: true, commands: [COMMAND], matchedProcesses: null }),
  }
}
