import { FRAME_KIND, GROUP_KIND, type Profile, ProfileBuilder, seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { answerOddStacks, MIN_SAMPLES } from './answer-odd-stacks.ts'

type Fleet = { hosts: number; samples?: number; odd?: number; timed?: boolean; oddComm?: string; viaOther?: boolean }

/** Hosts that draw their stacks from one mix; the first `odd` of them also flush, or come to the same function by another way. */
function fleetOf({ hosts, samples = 1_500, odd = 0, timed = true, oddComm = 'checkout', viaOther = false }: Fleet): Profile {
  const random = seededRandom(11)
  const builder = new ProfileBuilder({ event: 'cpu-clock', unit: 'samples', periodNs: 1e7, startMs: 0, durationMs: 10_000, timed })
  const frame = (name: string, module = 'app') => builder.addFrame(name, module, FRAME_KIND.user)
  const main = builder.addStack(-1, frame('main'))
  const usual = Array.from({ length: 30 }, (_, i) => builder.addStack(builder.addStack(main, frame(`work_${i % 6}`)), frame(`step_${i}`)))
  const flush = viaOther
    ? builder.addStack(builder.addStack(main, frame('retry')), frame('step_0'))
    : builder.addStack(builder.addStack(main, frame('flush_all')), frame('fsync', 'libc.so.6'))
  for (let h = 0; h < hosts; h++) {
    const host = builder.addHost(`h${h}`, `web-${h}`)
    const thread = builder.addThread(host, 10, 10, 'checkout')
    const other = builder.addThread(host, 20, 20, oddComm)
    for (let i = 0; i < samples; i++) {
      const isOdd = h < odd && random() < 0.15
      const stack = isOdd ? flush : (usual[Math.floor(random() ** 2 * usual.length)] ?? 0)
      builder.addSample(stack, isOdd ? other : thread, Math.floor(random() * 10_000_000), 1)
    }
  }
  return builder.build()
}

describe('hosts whose stacks are odd', () => {
  it('are found, with the functions that make them so', () => {
    const { hosts, tooFew } = answerOddStacks(fleetOf({ hosts: 8, odd: 2 }), {})
    expect(tooFew).toEqual([])
    expect(hosts.filter((host) => host.odd).map((host) => host.name)).toEqual(['web-0', 'web-1'])
    for (const { reasons } of hosts.slice(0, 2)) {
      const [first] = reasons
      expect(first).toMatchObject({ name: 'fsync', module: 'libc.so.6', by: 'self' })
      expect(first?.here).toBeGreaterThan(0.1)
      // One other of seven does it.
      expect(first?.elsewhere).toBeCloseTo((first?.here ?? 0) / 7, 1)
      // What calls it has the same samples: named once.
      expect(reasons.map((reason) => reason.name)).not.toContain('flush_all')
    }
  })

  it('are found where they end in the same function by another way, or in another process', () => {
    const via = answerOddStacks(fleetOf({ hosts: 8, odd: 1, viaOther: true }), {}).hosts[0]
    expect(via?.odd).toBe(true)
    expect(via?.reasons.map((reason) => `${reason.by} ${reason.name}`)).toContain('total retry')
    const process = answerOddStacks(fleetOf({ hosts: 8, odd: 1, oddComm: 'backup' }), {}).hosts[0]
    expect(process?.reasons.find((reason) => reason.kind === GROUP_KIND.process && reason.name === 'backup')).toMatchObject({
      elsewhere: 0,
    })
  })

  it('are none where all do the same', () => {
    expect(answerOddStacks(fleetOf({ hosts: 8 }), {}).hosts.map((host) => host.odd)).not.toContain(true)
  })

  it('cannot be told with few samples, few hosts, or no times', () => {
    const few = answerOddStacks(fleetOf({ hosts: 4, samples: MIN_SAMPLES - 1 }), {})
    expect([few.hosts.length, few.tooFew.length]).toEqual([0, 4])
    const two = answerOddStacks(fleetOf({ hosts: 2 }), {})
    expect(two).toMatchObject({ hosts: [], tooFew: [] })
    const untimed = answerOddStacks(fleetOf({ hosts: 4, timed: false }), {})
    expect(untimed).toMatchObject({ isTimed: false, hosts: [] })
    // A window that leaves too little of it.
    expect(answerOddStacks(fleetOf({ hosts: 4 }), { window: { fromUs: 0, toUs: 500_000 } }).hosts).toEqual([])
  })
})
