import { describe, expect, it } from 'vitest'
import { SignInLimit } from './sign-in-limit.ts'

describe('SignInLimit', () => {
  it('stops the eleventh guess in a minute, however the address is written, and lets others in', () => {
    const limit = new SignInLimit()
    for (let guess = 0; guess < 10; guess++) {
      expect(limit.isBlocked('ada@sonde.test', guess)).toBe(false)
      limit.failed(guess % 2 ? 'Ada@Sonde.test ' : 'ada@sonde.test', guess)
    }
    expect(limit.isBlocked('ADA@sonde.test', 10)).toBe(true)
    expect(limit.isBlocked('bob@sonde.test', 10)).toBe(false)
  })
  it('forgets after a minute, and after a success', () => {
    const limit = new SignInLimit()
    for (let guess = 0; guess < 10; guess++) limit.failed('ada@sonde.test', guess)
    expect(limit.isBlocked('ada@sonde.test', 59_999)).toBe(true)
    expect(limit.isBlocked('ada@sonde.test', 60_010)).toBe(false)
    for (let guess = 0; guess < 10; guess++) limit.failed('ada@sonde.test', 70_000)
    limit.succeeded('ada@sonde.test')
    expect(limit.isBlocked('ada@sonde.test', 70_001)).toBe(false)
  })
  it('does not grow with made-up addresses', () => {
    const limit = new SignInLimit()
    for (let guess = 0; guess < 10; guess++) limit.failed('first@sonde.test', 0)
    for (let i = 0; i < 10_000; i++) limit.failed(`${i}@sonde.test`, 1)
    expect(limit.isBlocked('first@sonde.test', 2)).toBe(false)
  })
})
