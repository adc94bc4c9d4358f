import { describe, expect, it } from 'vitest'
import { decidePattern, defaultPolicy, matchesPattern } from './policy.ts'

/** The same by a regular expression: slow on hostile patterns, so for tests only. */
const byRegExp = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  ).test(text)

describe('matchesPattern', () => {
  it('agrees with a regular expression, on 20,000 random pairs', () => {
    let state = 7
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state % below
    }
    const word = (letters: string, max: number) => Array.from({ length: random(max) }, () => letters[random(letters.length)]).join('')
    let matches = 0
    const wrong: string[] = []
    for (let i = 0; i < 20_000; i++) {
      const pattern = word('ab**.', 7)
      const text = word('ab.', 7)
      const matched = matchesPattern(pattern, text)
      if (matched !== byRegExp(pattern, text)) wrong.push(`${pattern} ${text}`)
      if (matched) matches++
    }
    expect(wrong).toEqual([])
    expect(matches).toBeGreaterThan(1_000)
  })

  it('does not take for ever over a pattern made to be slow', () => {
    expect(matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(100_000))).toBe(false)
  })
})

describe('decidePattern', () => {
  const patterns = { allow: ['/usr/*', '/opt/app/*'], deny: ['*/libcrypto*'] }
  it.each([
    ['/usr/bin/node', true, '/usr/*'],
    ['/usr/lib/libcrypto.so.3', false, '*/libcrypto*'],
    ['/home/u/a.out', false, null],
  ])('%s → %s by %s', (name, allowed, pattern) => {
    expect(decidePattern(patterns, [name])).toEqual({ allowed, pattern })
  })

  it('denies by any of the names, allows by the last', () => {
    expect(decidePattern(patterns, ['/tmp/libcrypto-link', '/usr/bin/node']).allowed).toBe(false)
    expect(decidePattern(patterns, ['/usr/bin/link', '/home/u/a.out']).allowed).toBe(false)
  })
})

describe('defaultPolicy', () => {
  it.each([
    [2, 4 * 1024 ** 3, 0.5, 1024 ** 3],
    [64, 256 * 1024 ** 3, 3.2, 1024 ** 3],
    [1, 1024 ** 3, 0.5, 256 * 1024 ** 2],
    [1, 128 * 1024 ** 2, 0.5, 64 * 1024 ** 2],
  ])('%s CPUs and %s bytes: %s cores and %s bytes', (cpuCount, memoryBytes, cores, budgetBytes) => {
    expect(defaultPolicy({ cpuCount, memoryBytes }).budget).toMatchObject({ cores, memoryBytes: budgetBytes })
  })
})
