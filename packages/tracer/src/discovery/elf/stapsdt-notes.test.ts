import { describe, expect, it } from 'vitest'
import { parseUsdtArguments } from './stapsdt-notes.ts'

describe('parseUsdtArguments', () => {
  it.each([
    ['', []],
    ['-4@$1', [{ size: 4, signed: true, location: '$1' }]],
    [
      '8@%rdi 8@%rsi',
      [
        { size: 8, signed: false, location: '%rdi' },
        { size: 8, signed: false, location: '%rsi' },
      ],
    ],
    [
      '-8@-24(%rbp) 1@(%rax,%rdx,4)',
      [
        { size: 8, signed: true, location: '-24(%rbp)' },
        { size: 1, signed: false, location: '(%rax,%rdx,4)' },
      ],
    ],
    [
      '-4@[sp, 16] 8@[x29, -20] 4@w0',
      [
        { size: 4, signed: true, location: '[sp, 16]' },
        { size: 8, signed: false, location: '[x29, -20]' },
        { size: 4, signed: false, location: 'w0' },
      ],
    ],
    [
      '8@counter(%rip) %eax',
      [
        { size: 8, signed: false, location: 'counter(%rip)' },
        { size: 8, signed: false, location: '%eax' },
      ],
    ],
    ['8f@%xmm0', [{ size: 8, signed: false, location: '%xmm0' }]],
  ])('reads %j', (text, expected) => {
    expect(parseUsdtArguments(text)).toEqual(expected)
  })

  it('ends at what makes no sense, and at twelve', () => {
    expect(parseUsdtArguments('8@%rdi 16@%xmm0 8@%rsi')).toHaveLength(1)
    expect(parseUsdtArguments('4@%eax '.repeat(40))).toHaveLength(12)
  })

  it('does not hang on a hostile text', () => {
    for (const text of ['['.repeat(100_000), '[a'.repeat(100_000), '8@'.repeat(100_000), '-'.repeat(100_000)])
      expect(parseUsdtArguments(text).length).toBeLessThanOrEqual(12)
  })
})
