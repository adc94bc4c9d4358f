import type { ProbeKind } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { patternProbe, withoutStars } from './probe-pattern.ts'

const libc = { of: 'library', name: 'libc.so.6' } as const

describe('patternProbe', () => {
  it.each<[string, ProbeKind | 'all', unknown]>([
    ['vfs_*', 'kprobe', { kind: 'kprobe', function: 'vfs_*', at: 'entry' }],
    [' vfs_* ', 'all', { kind: 'kprobe', function: 'vfs_*', at: 'entry' }],
    ['block:*', 'all', { kind: 'tracepoint', category: 'block', name: '*' }],
    ['block:*_issue', 'tracepoint', { kind: 'tracepoint', category: 'block', name: '*_issue' }],
    ['m*lloc', 'uprobe', { kind: 'uprobe', binary: libc, function: 'm*lloc', at: 'entry' }],
    ['libc:*', 'usdt', { kind: 'usdt', binary: libc, provider: 'libc', name: '*' }],
  ])('%j among %s', (text, kind, probe) => {
    expect(patternProbe(text, kind, libc)).toEqual(probe)
  })
  it.each<[string, ProbeKind | 'all']>([
    ['vfs_read', 'kprobe'],
    ['*', 'kprobe'],
    ['***', 'all'],
    ['*:*', 'tracepoint'],
    ['vfs read*', 'kprobe'],
    ['a"; BEGIN { x } *', 'kprobe'],
    ['block_*', 'tracepoint'],
    ['cycles*', 'pmu'],
  ])('%j among %s is none', (text, kind) => {
    expect(patternProbe(text, kind, libc)).toBeNull()
  })
  it('needs a binary where the probe lies in one', () => {
    expect(patternProbe('m*', 'uprobe', null)).toBeNull()
  })
})

it('is searched by its words', () => {
  expect(withoutStars('vfs_*read*')).toBe('vfs_ read')
})
