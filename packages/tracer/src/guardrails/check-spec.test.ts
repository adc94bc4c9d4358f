import { captureSpecSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { checkSpec } from './check-spec.ts'
import { defaultPolicy } from './policy.ts'

const spec = (instrument: object) => captureSpecSchema.parse({ version: 2, recipe: null, instruments: [instrument], durationMs: 5_000 })

describe('files and addresses of system calls', () => {
  const policy = defaultPolicy({ cpuCount: 4, memoryBytes: 2 ** 33 })
  const without = { ...policy, collectors: policy.collectors.filter((collector) => collector !== 'events') }

  it('need what rows of events need', () => {
    expect(() => checkSpec(spec({ collector: 'syscalls', objects: true }), policy)).not.toThrow()
    expect(() => checkSpec(spec({ collector: 'syscalls', objects: true }), without)).toThrow(
      /files and addresses of system calls are not allowed/,
    )
  })

  it('the breakdown alone does not', () => {
    for (const instrument of [{ collector: 'syscalls' }, { collector: 'syscalls', objects: false }])
      expect(() => checkSpec(spec(instrument), without)).not.toThrow()
  })
})
