import { describe, expect, it } from 'vitest'
import { type LoadState, nextLoadInMs } from './next-load.ts'

const NOW_MS = 1_000_000
const next = (state: Partial<LoadState>) =>
  nextLoadInMs(
    { version: 3, shown: { version: 3, atMs: NOW_MS - 100 }, isFetching: false, isError: false, isRefused: false, ...state },
    NOW_MS,
  )

describe('nextLoadInMs', () => {
  it('fetches what is newer than what is shown, not more than about once a second', () => {
    expect(next({})).toBeNull()
    expect(next({ version: 4 })).toBe(800)
    expect(next({ version: 4, shown: { version: 3, atMs: NOW_MS - 60_000 } })).toBe(0)
  })
  it('tries a failed fetch again, also the very first one, also when the result does not grow any more', () => {
    expect(next({ version: 4, isError: true })).toBe(5_000)
    expect(next({ shown: null, isError: true })).toBe(5_000)
  })
  it('leaves a server alone that refused, a fetch under way, and a result that is not there', () => {
    expect(next({ version: 4, isError: true, isRefused: true })).toBeNull()
    expect(next({ version: 4, isFetching: true })).toBeNull()
    expect(next({ version: 0, shown: null })).toBeNull()
    expect(next({ shown: null })).toBeNull()
  })
})
