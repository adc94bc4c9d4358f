import { captureSpecSchema } from '@sonde/contract'
import { buildCallTree, FRAME_KIND, ProfileBuilder, type ProfileMeta } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { type FlameKind, flameTotal, flameWords } from './flame-words.ts'

const spec = (instrument: object) => captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 5_000, instruments: [instrument] })
const CPU = spec({ collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 99 } })
const FAULTS = spec({ collector: 'stacks', probe: { kind: 'pmu', event: 'page-faults' }, sample: { by: 'period', every: 100 } })

function totalOf(kind: FlameKind, of: typeof CPU, meta: Partial<ProfileMeta>, weights: [weight: number, count: number][]): string {
  const builder = new ProfileBuilder(meta)
  const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'x')
  const stack = builder.addStack(-1, builder.addFrame('f', '', FRAME_KIND.user))
  for (const [weight, count] of weights) builder.addSample(stack, thread, 0, weight, count)
  const profile = builder.build()
  const { short, long } = flameTotal(profile, buildCallTree(profile, { group: 'merged', order: 'weight' }), flameWords(of, kind))
  return (short + long).replaceAll('\u00a0', ' ')
}

describe('flame graphs in words', () => {
  it('are named after what they show', () => {
    expect(flameWords(CPU, 'profile').title).toBe('CPU')
    expect(flameWords(FAULTS, 'profile').title).toBe('Stacks at page-faults')
    expect(flameWords(spec({ collector: 'offcpu' }), 'offcpu').title).toBe('Off-CPU')
  })

  it('add up to something with a unit and a count', () => {
    const sampled = { unit: 'samples', periodNs: 10_101_010, event: 'cpu-clock' } as const
    expect(
      totalOf('profile', CPU, sampled, [
        [1, 1],
        [99, 1],
      ]),
    ).toBe('100 samples = 1.01 s of CPU time (one per 10.1 ms of cpu-clock)')
    expect(totalOf('profile', FAULTS, { unit: 'samples', event: 'page-faults' }, [[1, 1]])).toBe('1 sample of page-faults')
    expect(
      totalOf('profile', FAULTS, { unit: 'count', event: 'kmalloc' }, [
        [1, 1],
        [2, 2],
      ]),
    ).toBe('3 events of kmalloc')
    expect(
      totalOf('profile', FAULTS, { unit: 'bytes' }, [
        [4096, 1],
        [4096, 3],
      ]),
    ).toBe('8.00 KiB in 4 events')
    expect(totalOf('offcpu', spec({ collector: 'offcpu' }), { unit: 'ns' }, [[1.24e9, 312]])).toBe('1.24 s blocked in 312 waits')
    expect(totalOf('offcpu', spec({ collector: 'offcpu' }), { unit: 'ns' }, [[5, 1]])).toBe('5 ns blocked in 1 wait')
  })
})
