import { readFileSync } from 'node:fs'
import type { Profile } from '@sonde/profile'
import type { EventAttr } from '../perf-data/event-attr.ts'
import { PerfDataError } from '../perf-data/perf-data-error.ts'
import { readPerfFile } from '../perf-data/perf-file.ts'
import { PerfStream } from '../perf-data/perf-stream.ts'
import { SAMPLE } from '../perf-data/record-types.ts'
import { guardedArgv } from '../run/guarded-child.ts'
import { PERF_ENV } from './perf-env.ts'
import { PerfScript, perfScriptArgv } from './perf-script.ts'
import type { FrameCounts } from './stack-profile.ts'
import { type StackBatch, StackRecorder } from './stack-recorder.ts'

export type PerfDataProfile = {
  profile: Profile
  counts: StackRecorder['counts'] & FrameCounts
  /** CPU seconds that perf's symbol resolution used. */
  symboliserCpuSeconds: number
  /** Distinct (thread name, stack) pairs with perf's own words per frame, innermost first: for comparison with `perf script`. */
  rawStacks(): RawStack[]
}
export type RawStack = { comm: string; pid: number; tid: number; frames: string[]; weight: number }

const SYMBOLISE_TIMEOUT_MS = 600_000

/**
 * A perf.data file (as written by `perf record -g`, or a saved pipe stream) as a profile. perf itself resolves each distinct address
 * once; the samples are never turned into text. Idle samples are left out.
 * @throws PerfDataError where the file is broken, or was recorded with `--call-graph dwarf` or compression.
 */
export async function profilePerfData(
  path: string,
  options: { perf?: string; hostId?: string; hostName?: string } = {},
): Promise<PerfDataProfile> {
  let firstAttr: EventAttr | undefined
  const recorder = new StackRecorder({
    maxStack: kernelMaxStack(),
    onEvent: (attr) => {
      firstAttr ??= attr
      if (attr.sampleType & SAMPLE.userStack)
        throw new PerfDataError('stacks of --call-graph dwarf are not read here; record with --call-graph fp')
    },
  })
  const stream = new PerfStream(recorder)
  await readPerfFile(path, {
    onAttr: (attr, raw) => void stream.addEvent(attr, raw),
    onBuildIds: (records) => recorder.thin.raw(records),
    onData: (chunk) => stream.pushRecords(chunk),
  })
  if (stream.end().cut) throw new PerfDataError('the data ends within a record')
  const batch = recorder.takeBatch()
  const script = new PerfScript(
    {
      argv: guardedArgv(perfScriptArgv(options.perf ?? 'perf', { lineBuffered: false, force: true }), SYMBOLISE_TIMEOUT_MS / 1000),
      env: PERF_ENV,
    },
    (address, text) => recorder.setSymbol(address, text),
  )
  if (!(await script.resolveAll(batch.thinned, batch.asked))) {
    throw new PerfDataError(`perf could not resolve the symbols: ${script.stderr.trim().slice(0, 300)}`)
  }
  const firstNs = batch.timesNs.reduce((least, time) => Math.min(least, time), batch.timesNs[0] ?? 0)
  const lastNs = batch.timesNs.reduce((most, time) => Math.max(most, time), firstNs)
  const meta = {
    event: firstAttr === undefined ? '' : eventName(firstAttr),
    unit: 'samples' as const,
    periodNs: firstAttr?.byFrequency && firstAttr.periodOrHz > 0 ? 1e9 / firstAttr.periodOrHz : 0,
    startMs: 0,
    durationMs: (lastNs - firstNs) / 1e6,
    timed: lastNs > 0,
  }
  const { profile, counts } = recorder.profileOf(batch, {
    meta,
    host: { id: options.hostId ?? '', name: options.hostName ?? '' },
    zeroNs: firstNs,
  })
  return {
    profile,
    counts: { ...recorder.counts, ...counts },
    symboliserCpuSeconds: script.cpuSeconds,
    rawStacks: () => rawStacksOf(recorder, batch),
  }
}

/** kernel.perf_event_max_stack: frames per stack, at most. */
export function kernelMaxStack(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/perf_event_max_stack', 'utf8')) || 127
  } catch {
    return 127
  }
}

/** Names of the commonest events by (type, config); `type:config` for others. */
export function eventName(attr: Pick<EventAttr, 'type' | 'config'>): string {
  const hardware = ['cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles']
  const software = ['cpu-clock', 'task-clock', 'page-faults', 'context-switches', 'cpu-migrations']
  // The upper half of a hardware event's config says which kind of CPU core it is for.
  const name = attr.type === 0 ? hardware[attr.config % 4_294_967_296] : attr.type === 1 ? software[attr.config] : undefined
  return name ?? `${attr.type}:${attr.config}`
}

function rawStacksOf(recorder: StackRecorder, batch: StackBatch): RawStack[] {
  const stacks = new Map<string, RawStack>()
  for (let i = 0; i < batch.chains.length; i++) {
    const thread = batch.threads[i]
    const chain = batch.chains[i] ?? 0
    if (thread === undefined) continue
    const key = `${chain} ${thread.pid} ${thread.tid} ${thread.comm}`
    const known = stacks.get(key)
    if (known !== undefined) known.weight++
    else {
      const frames = recorder.framesOfChain(chain).map((frame) => frame.raw)
      stacks.set(key, { comm: thread.comm, pid: thread.pid, tid: thread.tid, frames, weight: 1 })
    }
  }
  return [...stacks.values()]
}
