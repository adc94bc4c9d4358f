import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { compilePlain, compileRegex } from './linear-regex.ts'
import { PatternError } from './parse-pattern.ts'

const ATOMS = [
  'a',
  'b',
  'C',
  '_',
  '.',
  '\\d',
  '\\w',
  '\\W',
  '\\s',
  '[ab]',
  '[^a_]',
  '[a-c0-2]',
  '[\\d_]',
  '[^\\w]',
  '\\.',
  'ab',
  '1',
  '\\b',
  '^',
  '$',
  '\\x41',
  '\\B',
]
const QUANTIFIERS = ['', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,2}', '{2,}', '*?', '+?']

function randomPattern(random: () => number, depth: number): string {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  let out = ''
  const parts = 1 + Math.floor(random() * 4)
  for (let i = 0; i < parts; i++) {
    const isGroup = depth > 0 && random() < 0.3
    const atom = isGroup ? `(${random() < 0.5 ? '?:' : ''}${randomPattern(random, depth - 1)})` : (pick(ATOMS) ?? 'a')
    out += ['\\b', '\\B', '^', '$', 'ab'].includes(atom) ? atom : atom + (pick(QUANTIFIERS) ?? '')
    if (random() < 0.15) out += '|'
  }
  return out
}

describe('compileRegex', () => {
  it('agrees with the built-in engine', () => {
    const random = seededRandom(7)
    let hits = 0
    for (let round = 0; round < 4000; round++) {
      const pattern = randomPattern(random, 2)
      const oracle = new RegExp(pattern, 'i')
      const matches = compileRegex(pattern)
      for (let i = 0; i < 12; i++) {
        const text = Array.from({ length: Math.floor(random() * 9) }, () => 'abcABC_ .012\n\té日'[Math.floor(random() * 16)]).join('')
        const expected = oracle.test(text)
        if (matches(text) !== expected) throw new Error(`/${pattern}/i on ${JSON.stringify(text)} should be ${expected}`)
        if (expected) hits++
      }
    }
    expect(hits).toBeGreaterThan(5000)
  })

  it.each([
    'tcp_.*|udp_',
    '^std::(__1::)?vector<.+>$',
    '\\[kernel\\]',
    'java\\.lang\\.\\w+Exception',
    '[A-Z]{2,4}_',
    '(?<n>ext4)_\\w+',
    'a{,3}',
    'x{',
    ']',
    '-[a-]',
    '[]a]?b',
  ])('takes what the built-in engine takes: %s', (pattern) => {
    const texts = [
      'tcp_sendmsg',
      'std::vector<int>',
      '[kernel]',
      'java.lang.NullPointerException',
      'AB_',
      'ext4_write',
      'a{,3}',
      'x{',
      ']',
      '-a',
      'b',
      'ab',
      '',
    ]
    for (const text of texts) expect([text, compileRegex(pattern)(text)]).toEqual([text, new RegExp(pattern, 'i').test(text)])
  })

  it.each(['(a+)+$', '(a|a)*$', '(.*a){20}$', '(\\w+\\s?)*$', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    'stays linear where backtracking explodes: %s',
    (pattern) => {
      const started = performance.now()
      compileRegex(pattern)(`${'a'.repeat(8000)}!`)
      expect(performance.now() - started).toBeLessThan(1500)
    },
  )

  it.each([
    '(',
    ')',
    'a)',
    '[a',
    '*a',
    'a**',
    '(?=a)',
    '(?<!a)',
    '\\1',
    '[b-a]',
    'a{3,1}',
    'a{999}',
    '(a{200}){200}',
    '\\',
    'a'.repeat(1001),
    '('.repeat(200),
    '\\p{L}',
  ])('refuses with a reason: %s', (pattern) => {
    expect(() => compileRegex(pattern)).toThrow(PatternError)
  })

  it('keeps working when its cache of states overflows', () => {
    const matches = compileRegex('a.{12}b')
    const random = seededRandom(3)
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: 60 }, () => (random() < 0.5 ? 'a' : 'b')).join('')
      expect(matches(text)).toBe(/a.{12}b/i.test(text))
    }
  })
})

describe('compilePlain', () => {
  it('is a case-insensitive substring search without special characters', () => {
    for (const [text, name, expected] of [
      ['TCP_', 'xtcp_y', true],
      ['a.c', 'abc', false],
      ['(*', 'f(*)', true],
      ['ÄÖ', 'xäöy', true],
      ['aab', 'aaab', true],
      ['', 'x', true],
    ] as const) {
      expect([text, compilePlain(text)(name)]).toEqual([text, expected])
    }
  })
})
