import { expect, it } from 'vitest'
import { storableJson, storableText } from './storable.ts'

it('replaces what Postgres cannot hold, and nothing else', () => {
  expect(storableText('a\0b')).toBe('a\uFFFDb')
  const value = { 'k\0': ['x\0', '\uD800', '\uDE00\uD83D', '😀', '\\u0000', null, 1.5, true], nested: { 'a\uDC00': 'ok' } }
  expect(JSON.parse(storableJson(value))).toEqual({
    'k\uFFFD': ['x\uFFFD', '\uFFFD', '\uFFFD\uFFFD', '😀', '\\u0000', null, 1.5, true],
    nested: { 'a\uFFFD': 'ok' },
  })
})
