import { specOfRecipe } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { alikeFirst, type Comparable, kinship, pairsOf } from './related-captures.ts'

const cpu = specOfRecipe('cpu-profile', { durationMs: 5_000 })
const both = specOfRecipe('cpu-and-syscalls', { durationMs: 5_000 })
const capture = (id: string, minute: number, { spec = cpu, hosts = ['h1', 'h2'] } = {}): Comparable => ({
  id,
  spec,
  source: null,
  createdAt: new Date(Date.UTC(2026, 10, 30, 1, minute)),
  hosts: hosts.map((host) => ({ id: host })),
})

describe('how alike two captures are', () => {
  it('goes by instruments and hosts, not by how long they took or in what order hosts stand', () => {
    const longer = capture('b', 1, { spec: { ...cpu, durationMs: 60_000 }, hosts: ['h2', 'h1'] })
    expect(kinship(capture('a', 0), longer)).toBe('same')
    expect(kinship(capture('a', 0), capture('b', 1, { hosts: ['h1'] }))).toBe('spec')
    expect(kinship(capture('a', 0), capture('b', 1, { spec: both }))).toBe('hosts')
    expect(kinship(capture('a', 0), capture('b', 1, { spec: { ...cpu, filter: { kind: 'pid', pid: 7 } } }))).toBe('hosts')
    expect(kinship(capture('a', 0), capture('b', 1, { spec: both, hosts: ['h3'] }))).toBe('none')
  })
})

describe('what is offered beside a capture', () => {
  it('is the one before it that recorded the same; later ones, other hosts and other instruments follow', () => {
    const chosen = capture('now', 30)
    const list = [
      capture('other', 29, { spec: both, hosts: ['h9'] }),
      capture('after', 31),
      capture('old', 3),
      chosen,
      capture('before', 20),
      capture('others hosts', 29, { hosts: ['h3'] }),
    ]
    expect(alikeFirst(list, chosen).map((one) => one.capture.id)).toEqual(['before', 'old', 'after', 'others hosts', 'other'])
  })
})

describe('pairs', () => {
  it('are neighbours in time of one kind, the newest first, the earlier one as A', () => {
    const list = [
      capture('1', 1),
      capture('x', 2, { spec: both }),
      capture('2', 3),
      capture('3', 9),
      capture('y', 5, { spec: both }),
      capture('z', 6, { hosts: ['h3'] }),
    ]
    expect(pairsOf(list, 10).map(({ a, b }) => [a.id, b.id])).toEqual([
      ['2', '3'],
      ['x', 'y'],
      ['1', '2'],
    ])
    expect(pairsOf(list, 1)).toHaveLength(1)
    expect(pairsOf([], 5)).toEqual([])
  })
})
