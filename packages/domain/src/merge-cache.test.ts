import { expect, it } from 'vitest'
import { type CachedMerge, MergeCache } from './merge-cache.ts'

const entry = (version: number, sizeBytes = 10): CachedMerge => ({ version, sizeBytes })

it('stays within its bounds and forgets what was used least recently', () => {
  const cache = new MergeCache({ maxBytes: 100, maxEntries: 3 })
  for (const id of ['a', 'b', 'c']) cache.put(id, entry(1))
  cache.get('a')
  cache.put('d', entry(1))
  expect(cache.get('b')).toBeUndefined()
  expect(cache.get('a')).toBeDefined()
  cache.put('e', entry(1, 95))
  expect(cache.size).toEqual({ entries: 1, bytes: 95 })
  cache.put('f', entry(1, 101))
  expect(cache.get('f')).toBeUndefined()
  expect(cache.size.bytes).toBe(95)
  cache.drop('e')
  cache.drop('e')
  expect(cache.size).toEqual({ entries: 0, bytes: 0 })
})

it('keeps the newer of two versions, whichever comes last', () => {
  const cache = new MergeCache()
  cache.put('a', entry(5))
  cache.put('a', entry(4, 99))
  expect(cache.get('a')?.version).toBe(5)
  expect(cache.size.bytes).toBe(10)
})

it('does the same work once at a time, and again after a failure', async () => {
  const cache = new MergeCache()
  let runs = 0
  const work = async () => {
    runs++
    await Promise.resolve()
    if (runs === 1) throw new Error('first')
    return entry(runs)
  }
  const first = await Promise.allSettled([cache.once('k', work), cache.once('k', work)])
  expect(first.map((r) => r.status)).toEqual(['rejected', 'rejected'])
  expect(runs).toBe(1)
  expect((await cache.once('k', work)).version).toBe(2)
})
