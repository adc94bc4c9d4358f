import { describe, expect, it } from 'vitest'
import { matchesService } from './deploy-rules.ts'

describe('a pattern of services', () => {
  it.each([
    ['checkout', 'checkout', true],
    ['checkout', 'checkout-api', false],
    ['*', 'anything', true],
    ['check*', 'checkout', true],
    ['*-api', 'checkout-api', true],
    ['*-api', 'checkout-api-2', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    ['**', '', true],
  ])('%s matches %s: %s', (pattern, service, does) => {
    expect(matchesService(pattern, service)).toBe(does)
  })

  it('takes no time over a pattern made to be slow', () => {
    const started = performance.now()
    expect(matchesService(`${'*a'.repeat(60)}b`, 'a'.repeat(100_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(200)
  })
})
