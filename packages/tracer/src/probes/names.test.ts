import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { TraceRefusal } from '../trace-errors.ts'
import { isWildcard, namePattern } from './name-pattern.ts'
import { didYouMean, nearMatches } from './near-matches.ts'
import { ProbeBudget } from './probe-budget.ts'
import { syscallArgumentType } from './syscall-argument-type.ts'

describe('names with stars', () => {
  it('stand for the names that a regular expression finds', () => {
    const random = seededRandom(2)
    const word = (letters: string, most: number) =>
      Array.from({ length: Math.floor(random() * most) }, () => letters[Math.floor(random() * letters.length)]).join('')
    for (let i = 0; i < 20_000; i++) {
      const pattern = word('ab*', 8)
      const name = word('ab', 8)
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name)
      expect([pattern, name, namePattern(pattern)(name)]).toEqual([pattern, name, expected])
    }
  })

  it('take no longer for many stars', () => {
    const test = namePattern(`${'a*'.repeat(60)}b`)
    expect(test('a'.repeat(10_000))).toBe(false)
    expect(isWildcard('vfs_*')).toBe(true)
    expect(isWildcard('vfs_read')).toBe(false)
  })

  it('may stand for so many in one capture, all of them together', () => {
    const budget = new ProbeBudget(5)
    budget.take('a*', ['a1', 'a2', 'a3'])
    expect(() => budget.take('b*', ['b1', 'b2', 'b3'])).toThrow(TraceRefusal)
    expect(() => new ProbeBudget(2).take('c*', ['c1', 'c2', 'c3', 'c4'])).toThrow(
      'c* matches 4 probes on this host (c1, c2, c3, …); at most 2',
    )
  })
})

describe('names that were meant', () => {
  const names = ['vfs_read', 'vfs_readv', 'vfs_write', 'tcp_sendmsg', 'sched_switch']
  it('hold the asked one, or lie a few keystrokes away, the nearest first', () => {
    expect(nearMatches('vfs_red', names)).toEqual(['vfs_read', 'vfs_readv'])
    expect(nearMatches('vfs_reda', names)[0]).toBe('vfs_read')
    expect(nearMatches('SEND*', names)).toEqual(['tcp_sendmsg'])
    expect(nearMatches('nothing_like_it', names)).toEqual([])
    expect(nearMatches('*', names)).toEqual([])
    expect(didYouMean('sched_swich', names)).toBe(' Did you mean sched_switch?')
    expect(didYouMean('x'.repeat(5_000), names)).toBe('')
  })
})

describe('arguments of system calls', () => {
  it('are as wide as their C type, not as the word that they come in', () => {
    expect(syscallArgumentType('int')).toEqual({ kind: 'int', bytes: 4, signed: true })
    expect(syscallArgumentType('const clockid_t')).toEqual({ kind: 'int', bytes: 4, signed: true })
    expect(syscallArgumentType('umode_t')).toEqual({ kind: 'int', bytes: 2, signed: false })
    expect(syscallArgumentType('size_t')).toEqual({ kind: 'int', bytes: 8, signed: false })
    expect(syscallArgumentType('loff_t')).toEqual({ kind: 'int', bytes: 8, signed: true })
  })
})
