import { expect, it } from 'vitest'
import { EnrolLimit } from './enrol-limit.ts'

it('counts failures per address and forgets them after a minute', () => {
  let now = 0
  const limit = new EnrolLimit(() => now)
  for (let i = 0; i < 9; i++) limit.failed('1.2.3.4')
  expect(limit.retryAfterSeconds('1.2.3.4')).toBe(0)
  limit.failed('1.2.3.4')
  expect(limit.retryAfterSeconds('1.2.3.4')).toBe(60)
  expect(limit.retryAfterSeconds('5.6.7.8')).toBe(0)
  now = 59_500
  expect(limit.retryAfterSeconds('1.2.3.4')).toBe(1)
  now = 60_000
  expect(limit.retryAfterSeconds('1.2.3.4')).toBe(0)
  limit.failed('1.2.3.4')
  expect(limit.retryAfterSeconds('1.2.3.4')).toBe(0)
})

it('keeps its memory bounded', () => {
  const limit = new EnrolLimit(() => 0)
  for (let i = 0; i < 25_000; i++) limit.failed(String(i))
  expect(Reflect.get(limit, 'failures').size).toBeLessThanOrEqual(10_000)
})
