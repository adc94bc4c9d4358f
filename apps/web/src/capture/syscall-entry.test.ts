import { captureViewStateSchema, tracepointSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { entryFunctions, entryPattern, entryTracepoint } from './syscall-entry.ts'

const CALLS = [
  'read',
  'write',
  'openat',
  'newfstatat',
  'pread64',
  'sendfile',
  'clone',
  'futex',
  'pselect6',
  'epoll_pwait2',
  'io_uring_enter',
]

/** As the flame graph searches: case does not matter. */
const matcherOf = (call: string) => {
  const pattern = new RegExp(entryPattern(call), 'i')
  return (name: string) => pattern.test(name)
}

describe('where a system call stands in stacks', () => {
  it('the pattern finds just the functions, also where the compiler has marked them', () => {
    for (const call of CALLS) {
      const matches = matcherOf(call)
      for (const name of entryFunctions(call)) {
        expect(matches(name), `${call}: ${name}`).toBe(true)
        expect(matches(`${name}.isra.0`), name).toBe(true)
        expect(matches(`my_${name}`), name).toBe(false)
        expect(matches(`${name}_more`), name).toBe(false)
      }
    }
    expect(matcherOf('read')('ksys_pread64')).toBe(false)
    expect(matcherOf('read')('vfs_read')).toBe(false)
  })

  it('the pattern has room in a link', () => {
    for (const call of CALLS) {
      const pattern = entryPattern(call)
      expect(captureViewStateSchema.parse({ search: pattern }).search).toBe(pattern)
    }
  })

  it('what a host makes up leads nowhere', () => {
    for (const name of ['', 'a.*b', 'x'.repeat(65), '<b>', 'read|write', 'Read']) {
      expect(entryFunctions(name)).toEqual([])
      expect(entryTracepoint(name)).toBeNull()
    }
    expect(entryTracepoint('syscall_999')).toBeNull()
  })

  it('tracepoints are called after the functions that define the calls', () => {
    expect(entryTracepoint('write')).toBe('sys_enter_write')
    expect(entryTracepoint('fstat')).toBe('sys_enter_newfstat')
    for (const call of CALLS)
      expect(() => tracepointSchema.parse({ kind: 'tracepoint', category: 'syscalls', name: entryTracepoint(call) })).not.toThrow()
  })
})
