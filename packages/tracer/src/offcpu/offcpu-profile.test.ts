import { FRAME_KIND, toFolded } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import type { ResolvedFrame } from '../stacks/symbol-text.ts'
import { stackWeights } from '../testing/run-spec.ts'
import { type BlockedRow, NOTHING_LOST } from './blocked-rows.ts'
import { offcpuProfile } from './offcpu-profile.ts'

const frame = (name: string, kind: ResolvedFrame['kind'] = FRAME_KIND.user): ResolvedFrame => ({ name, module: 'm', kind, raw: name })
const kernel = (name: string) => frame(name, FRAME_KIND.kernel)
const chains: ResolvedFrame[][] = [
  [kernel('bpf_trace_run4'), kernel('__traceiter_sched_switch'), kernel('__schedule'), kernel('read'), frame('wait'), frame('main')],
  [kernel('bpf_trace_run1'), kernel('try_to_wake_up'), frame('wake'), frame('thread')],
  [{ name: '[unknown]', module: '[unknown]', kind: FRAME_KIND.unknown, raw: '' }, frame('bpf_trace_run9')],
]
const row = (over: Partial<BlockedRow> = {}): BlockedRow => ({
  thread: { pid: 1, tid: 2, comm: 'app' },
  stack: { chain: 0, lost: NOTHING_LOST },
  waker: null,
  fromNs: 1e9,
  timeNs: 3e9,
  blockedNs: 5e8,
  count: 4,
  ...over,
})
const made = (rows: BlockedRow[], isExcluded = (_pid: number) => false) =>
  offcpuProfile(rows, {
    meta: { event: 'off-CPU', unit: 'ns', periodNs: 0, startMs: 0, durationMs: 4000, timed: true },
    host: { id: 'h', name: 'h' },
    zeroNs: 2e9,
    framesOf: (chain) => chains[chain] ?? [],
    isExcluded,
  })

describe('offcpuProfile', () => {
  it('weighs in ns, without the frames of the recording itself', () => {
    const { profile, counts, waits } = made([row()])
    expect([...stackWeights(profile)]).toEqual([['main;wait;read;__schedule', 5e8]])
    expect(profile.samples.timeUs[0]).toBe(1e6)
    expect([counts, waits]).toEqual([{ frames: 4, unknownFrames: 0 }, 4])
    expect(toFolded(profile)).toHaveLength(1)
  })

  it("puts the waker's stack on top, upside down", () => {
    const waker = { thread: { pid: 7, tid: 7, comm: 'queue' }, stack: { chain: 1, lost: NOTHING_LOST } }
    const { profile } = made([row({ waker })])
    expect([...stackWeights(profile).keys()]).toEqual(['main;wait;read;__schedule;waker: queue;try_to_wake_up;wake;thread'])
    expect(profile.strings).toContain('[waker]')
  })

  it('shows what is lost, on the side where it was, and counts it as unknown', () => {
    const lost = (part: { kernel: boolean; user: boolean }, chain: number | null) => row({ stack: { chain, lost: part } })
    const { profile, counts } = made([
      lost({ kernel: true, user: false }, 2),
      lost({ kernel: false, user: true }, 0),
      lost({ kernel: true, user: true }, null),
    ])
    expect([...stackWeights(profile).keys()]).toEqual([
      'bpf_trace_run9;[unknown];[unknown]',
      '[unknown];main;wait;read;__schedule',
      '[unknown];[unknown]',
    ])
    expect(counts.unknownFrames).toBe(5)
  })

  it('leaves the tracers out, and what a thread cannot have waited', () => {
    expect(made([row()], (pid) => pid === 1).profile.samples.length).toBe(0)
    const { profile } = made([row({ blockedNs: 9e9 })])
    expect(profile.samples.weight[0]).toBe(1e9)
  })
})
