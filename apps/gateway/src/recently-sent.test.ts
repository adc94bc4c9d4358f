import { expect, it } from 'vitest'
import { RecentlySent } from './recently-sent.ts'

it('lets the same thing through every three seconds, and remembers no longer', () => {
  let now = 0
  const sent = new RecentlySent(() => now)
  expect([sent.add('a'), sent.add('a'), sent.add('b')]).toEqual([true, false, true])
  now = 2_999
  expect(sent.add('a')).toBe(false)
  now = 3_000
  expect(sent.add('a')).toBe(true)
  expect(sent.add('a')).toBe(false)
  now = 10_000
  sent.add('c')
  expect(Reflect.get(sent, 'sentAt').size).toBe(1)
})
