import { type Profile, ProfileBuilder, type ProfileMeta } from '@sonde/profile'
import type { ChainTable } from './chain-table.ts'
import type { FrameNames } from './frame-names.ts'
import type { Thread } from './process-table.ts'
import { UNKNOWN_USER_FRAME } from './symbol-text.ts'
import type { UnknownFrameCounts } from './unknown-frames.ts'

/** Samples up to one moment: what they are about, when, and what each weighs. Columns of the same length. */
export type StackSamples = { chains: number[]; threads: Thread[]; timesNs: number[]; weights: number[] }

export type ProfileOptions = {
  meta: ProfileMeta
  host: { id: string; name: string }
  /** The time, in perf's clock, that is 0 in the profile. Samples from before are left out: one collector attaches sooner than the other. */
  zeroNs: number
  /** How many events a sample stands for; `weight`: as many as it weighs. Default 1. */
  eventsPerSample?: number | 'weight'
  cgroups?: { of(pid: number): string } | undefined
  /** Told of frames without a name. */
  unknown?: UnknownFrameCounts
  /** Processes whose samples are left out: the tracers. */
  isExcluded?: (pid: number) => boolean
}

/** Counts over all samples of one profile. */
export type FrameCounts = { frames: number; unknownFrames: number }

/** Samples as a profile, with the names that their addresses have by now. */
export function stackProfile(
  samples: StackSamples,
  tables: { chains: ChainTable; names: FrameNames },
  options: ProfileOptions,
): { profile: Profile; counts: FrameCounts } {
  const { meta, host, zeroNs, unknown, eventsPerSample = 1 } = options
  const { chains, names } = tables
  const builder = new ProfileBuilder(meta)
  const hostRow = builder.addHost(host.id, host.name)
  const frameRow = new Int32Array(names.length).fill(-1)
  const stackRow = new Int32Array(chains.length).fill(-2)
  const unknownIn = new Uint32Array(chains.length)
  const threadRow = new Map<Thread, number>()
  const counts: FrameCounts = { frames: 0, unknownFrames: 0 }
  const unknownKind = UNKNOWN_USER_FRAME.kind
  let lastThread: Thread | null = null
  let lastRow = 0
  for (let i = 0; i < samples.chains.length; i++) {
    const chain = samples.chains[i] ?? 0
    const thread = samples.threads[i]
    const timeNs = samples.timesNs[i] ?? 0
    if (thread === undefined || timeNs < zeroNs || options.isExcluded?.(thread.pid)) continue
    let stack = stackRow[chain] ?? -1
    if (stack === -2) {
      const entries = chains.entriesOf(chain)
      stack = -1
      for (let e = entries.length - 1; e >= 0; e--) {
        const index = names.indexOf(entries[e] ?? 0)
        const frame = names.at(index)
        let row = frameRow[index] ?? -1
        if (row < 0) {
          row = builder.addFrame(frame.name, frame.module, frame.kind)
          frameRow[index] = row
        }
        if (frame.kind === unknownKind) unknownIn[chain] = (unknownIn[chain] ?? 0) + 1
        stack = builder.addStack(stack, row)
      }
      stackRow[chain] = stack
    }
    counts.frames += chains.depthOf(chain)
    counts.unknownFrames += unknownIn[chain] ?? 0
    if ((unknownIn[chain] ?? 0) > 0 && unknown !== undefined) {
      for (const address of chains.entriesOf(chain)) {
        const { kind, module } = names.of(address)
        if (kind === unknownKind) unknown.add(thread.pid, thread.comm, module, 1)
      }
    }
    if (thread !== lastThread) {
      lastThread = thread
      lastRow = threadRow.get(thread) ?? builder.addThread(hostRow, thread.pid, thread.tid, thread.comm, options.cgroups?.of(thread.pid))
      threadRow.set(thread, lastRow)
    }
    const weight = samples.weights[i] ?? 1
    const events = eventsPerSample === 'weight' ? Math.max(1, weight) : eventsPerSample
    builder.addSample(stack, lastRow, (timeNs - zeroNs) / 1000, weight, events)
  }
  return { profile: builder.build(), counts }
}
