import { describe, expect, it } from 'vitest'
import { FRAME_KIND } from './profile.ts'
import { emptyProfile, MAX_STACK_DEPTH, ProfileBuilder } from './profile-builder.ts'
import { seededRandom } from './seeded-random.ts'

function withThread() {
  const builder = new ProfileBuilder()
  const thread = builder.addThread(builder.addHost('h1', 'web'), 1, 1, 'init')
  const frame = builder.addFrame('main', 'a.out', FRAME_KIND.user)
  return { builder, thread, frame }
}

describe('profile builder', () => {
  it('knows every row it has seen, at any table size', () => {
    const { builder, thread } = withThread()
    const random = seededRandom(7)
    const known = new Map<string, number>()
    for (let i = 0; i < 20_000; i++) {
      const parent = Math.floor(random() * (builder.stackCount + 1)) - 1
      const name = `f${Math.floor(random() * 300)}`
      const stack = builder.addStack(parent, builder.addFrame(name, '', FRAME_KIND.user))
      const key = `${parent} ${name}`
      expect(stack).toBe(known.get(key) ?? known.size)
      known.set(key, stack)
      builder.addSample(stack, thread, i, 1)
    }
    const { stacks, frames, strings } = builder.build()
    expect(stacks.length).toBe(known.size)
    for (const [key, row] of known) {
      const frame = stacks.frame[row] ?? -1
      expect(`${stacks.parent[row]} ${strings[frames.name[frame] ?? 0]}`).toBe(key)
    }
  })

  it('keeps frames apart by module and kind, threads by comm, hosts by id', () => {
    const { builder, frame } = withThread()
    expect(builder.addFrame('main', 'a.out', FRAME_KIND.user)).toBe(frame)
    expect(builder.addFrame('main', 'b.out', FRAME_KIND.user)).not.toBe(frame)
    expect(builder.addFrame('main', 'a.out', FRAME_KIND.jit)).not.toBe(frame)
    expect(builder.addThread(0, 1, 1, 'bash')).not.toBe(builder.addThread(0, 1, 1, 'node'))
    expect(builder.addHost('h1', 'renamed')).toBe(0)
    expect(builder.addHost('', 'a')).not.toBe(builder.addHost('', 'b'))
  })

  it('names unknown frames [unknown]', () => {
    const { builder } = withThread()
    expect(builder.addFrame('0x7f00', 'libc.so', FRAME_KIND.unknown)).toBe(builder.addFrame('', 'libc.so', FRAME_KIND.unknown))
    expect(builder.build().strings).toContain('[unknown]')
  })

  it('sorts samples by time, and can go on after build', () => {
    const { builder, thread, frame } = withThread()
    const stack = builder.addStack(-1, frame)
    for (const timeUs of [30, 10, 20]) builder.addSample(stack, thread, timeUs, timeUs)
    const first = builder.build()
    builder.addSample(-1, thread, 5, 1)
    const second = builder.build()
    expect([...first.samples.timeUs]).toEqual([10, 20, 30])
    expect([...first.samples.weight]).toEqual([10, 20, 30])
    expect([...second.samples.timeUs]).toEqual([5, 10, 20, 30])
    expect([...second.samples.stack]).toEqual([-1, stack, stack, stack])
  })

  it('refuses rows that do not exist and numbers that are none', () => {
    const { builder, thread, frame } = withThread()
    expect(() => builder.addStack(0, frame)).toThrow(RangeError)
    expect(() => builder.addStack(-2, frame)).toThrow(RangeError)
    expect(() => builder.addStack(-1, 99)).toThrow(RangeError)
    expect(() => builder.addThread(9, 1, 1, 'x')).toThrow(RangeError)
    expect(() => builder.addSample(7, thread, 0, 1)).toThrow(RangeError)
    expect(() => builder.addSample(-1, 7, 0, 1)).toThrow(RangeError)
    for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => builder.addSample(-1, thread, 0, weight)).toThrow(RangeError)
    expect(() => builder.addSample(-1, thread, Number.NaN, 1)).toThrow(RangeError)
    expect(builder.sampleCount).toBe(0)
  })

  it('refuses a stack deeper than a call tree can hold', () => {
    const { builder, frame } = withThread()
    let stack = -1
    for (let i = 0; i < MAX_STACK_DEPTH; i++) stack = builder.addStack(stack, frame)
    expect(() => builder.addStack(stack, frame)).toThrow(RangeError)
    expect(builder.build().stacks.length).toBe(MAX_STACK_DEPTH)
  })

  it('starts with the empty string only', () => {
    expect(emptyProfile().strings).toEqual([''])
    expect(emptyProfile({ event: 'cycles' }).meta.event).toBe('cycles')
  })
})
