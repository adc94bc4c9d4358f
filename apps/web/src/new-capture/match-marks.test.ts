import { describe, expect, it } from 'vitest'
import { markMatches } from './match-marks.ts'

describe('markMatches', () => {
  it.each([
    ['block:block_rq_issue', 'rq block', '[block]:[block]_[rq]_issue'],
    ['vfs_read', 'VFS', '[vfs]_read'],
    ['vfs_read', 'vfs_*', '[vfs_]read'],
    ['vfs_read', '', 'vfs_read'],
    ['aaaa', 'aa', '[aaaa]'],
    ['abcd', 'ab bc', '[abc]d'],
    ['İx', 'x', 'İx'],
    ['', 'x', ''],
  ])('%s by %j', (name, search, shown) => {
    const parts = markMatches(name, search)
    expect(parts.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')).toBe(shown)
    expect(parts.map((part) => part.text).join('')).toBe(name)
  })
})
