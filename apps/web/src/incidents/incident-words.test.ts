import { describe, expect, it } from 'vitest'
import { contentWords, localMoment, momentOf } from './incident-words.ts'

describe('contentWords', () => {
  it.each([
    [{ captures: 0, comparisons: 0, notes: 0 }, 'nothing yet'],
    [{ captures: 1, comparisons: 0, notes: 2 }, '1 capture, 2 notes'],
    [{ captures: 2, comparisons: 1, notes: 0 }, '2 captures, 1 comparison'],
  ])('%j: %s', (counts, words) => expect(contentWords(counts)).toBe(words))
})

describe('a moment in a field', () => {
  it('comes back to the minute, in whatever zone', () => {
    for (const iso of ['2026-11-30T03:04:00Z', '2026-03-29T00:30:00Z', '2026-07-01T23:59:00Z'])
      expect(momentOf(localMoment(new Date(iso)))?.toISOString()).toBe(new Date(iso).toISOString())
  })
  it.each(['', 'x', '2026-13-01T00:00'])('is none: %s', (text) => expect(momentOf(text)).toBeNull())
})
