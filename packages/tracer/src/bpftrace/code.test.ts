import { describe, expect, it } from 'vitest'
import {
  address,
  Code,
  code,
  fieldName,
  heldPath,
  integer,
  join,
  kernelFunctionName,
  textLiteral,
  tracepointName,
  usdtWord,
} from './code.ts'

const EVIL = [
  '"',
  "'",
  '`',
  '\\',
  '{',
  '}',
  '\n',
  ';',
  ' ',
  '$(id)',
  '/*',
  '#',
  '(',
  ')',
  '|',
  '*',
  'a b',
  'é',
  '\0',
  'x"y',
  'a'.repeat(400),
]

describe('doors through which text gets into a program', () => {
  it('takes literals of the source and pieces that came through a door', () => {
    expect(code`@s[${integer(7)}] = ${textLiteral('/etc/hosts')};`.text).toBe('@s[7] = "/etc/hosts";')
    expect(join([integer(1), integer(2)], code`, `).text).toBe('1, 2')
  })

  it('takes no text that was made elsewhere', () => {
    const assembled = Object.assign(['BEGIN { system("id") }'], { raw: [''] })
    expect(() => code(assembled)).toThrow(TypeError)
    // @ts-expect-error a string is no piece of a program
    expect(() => code`@a = ${'1; system("id")'}`).toThrow(TypeError)
    // @ts-expect-error what only looks like one is none either
    expect(() => code`@a = ${{ text: '1' }}`).toThrow(TypeError)
    // @ts-expect-error the door is this file's own
    expect(() => new Code('BEGIN { }', Symbol('door'))).toThrow(TypeError)
  })

  it.each(EVIL)('lets %j through no door', (evil) => {
    for (const door of [textLiteral, tracepointName, fieldName, kernelFunctionName, usdtWord, heldPath]) {
      expect(() => door(evil)).toThrow(RangeError)
      expect(() => door(`ok${evil}ok${evil}`)).toThrow(RangeError)
    }
  })

  it('takes whole numbers as numbers', () => {
    expect([integer(-5), integer(0), integer(2 ** 53 - 1), address(255)].map(({ text }) => text)).toEqual([
      '-5',
      '0',
      '9007199254740991',
      '0xff',
    ])
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) expect(() => integer(bad)).toThrow(RangeError)
    expect(() => address(-1)).toThrow(RangeError)
    // @ts-expect-error
    expect(() => integer('1; exit()')).toThrow(RangeError)
  })

  it('knows a held file by descriptors alone', () => {
    expect(heldPath('/proc/4242/fd/17').text).toBe('/proc/4242/fd/17')
    for (const bad of ['/proc/self/fd/17', '/proc/0/fd/17', '/proc/42/fd/1/../2', '/tmp/x', '/proc/42/root/x', '/proc/42/fd/1 '])
      expect(() => heldPath(bad)).toThrow(RangeError)
  })
})
