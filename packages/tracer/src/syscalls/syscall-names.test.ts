import { describe, expect, it } from 'vitest'
import { errnoName, syscallName, syscallNumber } from './syscall-names.ts'

describe('syscall names', () => {
  it('knows well-known numbers of both architectures', () => {
    const known = {
      read: [0, 63],
      openat: [257, 56],
      connect: [42, 203],
      futex: [202, 98],
      clone3: [435, 435],
      io_uring_enter: [426, 426],
      rseq: [334, 293],
    }
    for (const [name, [x64 = -1, arm64 = -1]] of Object.entries(known)) {
      expect([syscallName(x64, 'x64'), syscallName(arm64, 'arm64')], name).toEqual([name, name])
    }
    expect(syscallNumber('open', 'arm64')).toBeUndefined()
  })

  it('is its own inverse', () => {
    for (const arch of ['x64', 'arm64'] as const) {
      for (let nr = 0; nr < 600; nr++) {
        const name = syscallName(nr, arch)
        expect(syscallNumber(name, arch)).toBe(name === `syscall_${nr}` ? undefined : nr)
      }
    }
  })

  it('names errors as the kernel does', () => {
    expect([2, 11, 95, 110, 111, 524].map(errnoName)).toEqual(['ENOENT', 'EAGAIN', 'EOPNOTSUPP', 'ETIMEDOUT', 'ECONNREFUSED', 'errno_524'])
  })
})
