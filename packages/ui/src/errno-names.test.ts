import { constants } from 'node:os'
import { expect, it } from 'vitest'
import { errnoName } from './errno-names.ts'

// What Linux has; a developer's macOS numbers them differently.
it.runIf(process.platform === 'linux')('agrees with the C library about every errno it knows, whatever the sign', () => {
  const aliases = new Map([
    ['EWOULDBLOCK', 'EAGAIN'],
    ['ENOTSUP', 'EOPNOTSUPP'],
  ])
  for (const [name, errno] of Object.entries(constants.errno)) {
    expect(errnoName(errno)).toBe(aliases.get(name) ?? name)
    expect(errnoName(-errno)).toBe(aliases.get(name) ?? name)
  }
})

it('has no name for what is no error', () => {
  for (const value of [0, 41, 58, 134, 4095, -4096, 1.5, 2 ** 53, Number.NaN]) expect(errnoName(value)).toBeNull()
  expect(errnoName(-512)).toBe('ERESTARTSYS')
})
