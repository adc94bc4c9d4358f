import { readFileSync } from 'node:fs'
import type { Profile } from '@sonde/profile'
import { type EventAttr, eventName, PerfDataError, PerfStream, readPerfFile, SAMPLE } from '@sonde/profile/perf-data'
import { guardedArgv } from '../run/guarded-child.ts'
import { withFileSource } from './file-source.ts'
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
  await withFileSource(path, (source) =>
    readPerfFile(source, {
      onAttr: (attr, raw) => void stream.addEvent(attr, raw),
      onBuildIds: (records) => recorder.thin.raw(records),
      onData: (chunk) => stream.pushRecords(chunk),
    }),
  )
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
