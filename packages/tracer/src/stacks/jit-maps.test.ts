import { describe, expect, it } from 'vitest'
import { JitMapText, MAX_ENTRIES } from './jit-maps.ts'

describe('the text of a JIT map', () => {
  it('names what lies in it, the newest entry first', () => {
    const map = new JitMapText()
    expect(map.add('1000 20 old\n1008 8 inner fun')).toBe(1)
    expect(map.add('ction\n0x1000 0x20 new\nnonsense\n')).toBe(2)
    expect([0xfff, 0x1000, 0x100c, 0x101f, 0x1020].map((address) => map.lookup(address))).toEqual([null, 'new', 'new', 'new', null])
  })

  it('stays within its bounds whatever it is told', () => {
    const map = new JitMapText()
    const line = '0 ffffffffffffffff a\n'
    for (let i = 0; i < 50; i++) map.add(line.repeat(20_000))
    expect(map.size).toBe(MAX_ENTRIES)
    expect(map.lookup(5)).toBe('a')
    expect(map.add('x'.repeat(10_000_000))).toBe(0)
    expect(map.add('1 1 a\n2 1 b\n', 0)).toBe(0)
  })

  it('makes room when the runtime writes it anew', () => {
    const map = new JitMapText()
    map.add('1000 10 kept\n')
    map.restart()
    expect(map.lookup(0x1000)).toBe('kept')
    map.add('2000 1 a\n'.repeat(MAX_ENTRIES))
    map.restart()
    expect([map.size, map.lookup(0x1000)]).toEqual([0, null])
    map.add('1000 10 again\n')
    expect(map.lookup(0x1000)).toBe('again')
  })
})
