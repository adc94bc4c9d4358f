import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { captureSpecSchema, type HostFacts, type SyscallSnapshot, type TargetQuality } from '@sonde/contract'
import { decodeProfile, encodeProfile, mergeProfiles, type Profile } from '@sonde/profile'
import { detectFacts, planCapture, runCapture } from '@sonde/tracer'

/** `same`: the workload as it is. `slower`: one function's loop is 20 % longer. `waits`: what one system call waits for takes 20 % longer. */
export const VARIANTS = { same: [], slower: ['json_encode=1.2'], waits: ['wait=1.2'] } as const
export type Variant = keyof typeof VARIANTS
/** The order in which captures are made, over and over, so that whatever else happens on the machine hits all of them alike. */
const ROUND: readonly Variant[] = ['same', 'slower', 'same', 'slower', 'same', 'waits']

/** One capture of one run of the workload, and what the workload itself says of that run. */
export type Recording = {
  index: number
  variant: Variant
  profile: Profile
  snapshots: SyscallSnapshot[]
  facts: RecordingFacts
}
export type RecordingFacts = {
  seed: number
  load1: number
  quality: Pick<TargetQuality, 'samples' | 'lostSamples' | 'unknownFrames' | 'syscalls' | 'lostSyscalls'>
  recordedMs: number
  /** Calls, and ns of CPU a call, by function: the program's own clock. */
  calls: Record<string, { calls: number; ns: number }>
}

/**
 * Records captures `from` to `to` − 1 into a folder, each of a run of its own of the workload: stacks at 999 Hz and system calls of that process,
 * through what the agent records with. Those that are there already are left.
 */
export async function record(folder: string, { from, to, seconds }: { from: number; to: number; seconds: number }): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const program = path.join(folder, 'workload')
  execFileSync('gcc', [
    '-O1',
    '-g',
    '-fno-omit-frame-pointer',
    '-fno-optimize-sibling-calls',
    '-o',
    program,
    path.join(import.meta.dirname, 'workload.c'),
    '-lm',
  ])
  const facts = await detectFacts({ bpfHelper: path.resolve(import.meta.dirname, '../../native/dist', process.arch, 'sonde-bpf') })
  for (let index = from; index < to; index++) {
    if (existsSync(path.join(folder, `${index}.json`))) continue
    const variant = ROUND[index % ROUND.length] ?? 'same'
    const seed = 70_000 + index
    const load1 = loadavg()[0] ?? 0
    // Before all else on a CPU of its own, so that it is steady whatever the machine does besides.
    const child = spawn('chrt', ['-f', '1', 'taskset', '-c', '1', program, String(seed), ...VARIANTS[variant]], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      await once(child, 'spawn')
      await new Promise((resolve) => setTimeout(resolve, 500))
      const recorded = await recordProcess(child, facts, seconds, `run ${index}`)
      const calls = await endOf(child)
      writeFileSync(path.join(folder, `${index}.profile`), encodeProfile(recorded.profile))
      const { quality } = recorded
      const saved: Omit<Recording, 'profile'> = {
        index,
        variant,
        snapshots: recorded.snapshots,
        facts: { seed, load1, quality, recordedMs: recorded.recordedMs, calls },
      }
      writeFileSync(path.join(folder, `${index}.json`), JSON.stringify(saved))
      console.error(`${index} ${variant}: ${quality.samples} samples, ${quality.syscalls} calls, load ${load1.toFixed(1)}`)
    } finally {
      child.kill('SIGKILL')
    }
  }
}

export function readRecording(folder: string, index: number): Recording | null {
  const file = path.join(folder, `${index}.json`)
  if (!existsSync(file)) return null
  const saved: Omit<Recording, 'profile'> = JSON.parse(readFileSync(file, 'utf8'))
  return { ...saved, profile: decodeProfile(readFileSync(path.join(folder, `${index}.profile`))) }
}

async function recordProcess(child: ChildProcess, facts: HostFacts, seconds: number, name: string) {
  const spec = captureSpecSchema.parse({
    version: 2,
    recipe: null,
    durationMs: seconds * 1_000,
    filter: { kind: 'pid', pid: child.pid },
    instruments: [
      { collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 999 } },
      { collector: 'syscalls' },
    ],
  })
  const profiles: Profile[] = []
  const snapshots: SyscallSnapshot[] = []
  const outcome = await runCapture(await planCapture(spec, facts), {
    hostId: 'bench-host',
    hostName: name,
    workDir: '/nonexistent',
    signal: new AbortController().signal,
    onAttached: () => undefined,
    onResult: (result) => {
      if (result.kind === 'profile') profiles.push(decodeProfile(encodeProfile(result.profile)))
      if (result.kind === 'syscalls') snapshots.push(result.snapshot)
      return 1
    },
  })
  const { samples, lostSamples, unknownFrames, syscalls, lostSyscalls } = outcome.quality
  return {
    profile: mergeProfiles(profiles),
    snapshots,
    quality: { samples, lostSamples, unknownFrames, syscalls, lostSyscalls },
    recordedMs: outcome.recordedMs,
  }
}

/** Closes its stdin, and reads what it says of itself. */
async function endOf(child: ChildProcess): Promise<RecordingFacts['calls']> {
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const exited = once(child, 'close')
  child.stdin?.end()
  await exited
  const lines = Buffer.concat(chunks).toString().trim().split('\n')
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', calls, ns] = line.split(' ')
      return [name, { calls: Number(calls), ns: Number(ns) }]
    }),
  )
}
