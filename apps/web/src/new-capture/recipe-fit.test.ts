import type { CapabilityId, HostView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { recipeFit } from './recipe-fit.ts'

function host(name: string, missing: CapabilityId[]): HostView {
  return {
    id: name,
    name,
    labels: {},
    load: null,
    online: true,
    lastSeenAt: null,
    enrolledAt: new Date(0),
    facts: {
      hostname: name,
      os: 'debian 12',
      kernel: '6.1',
      arch: 'x64',
      cpuModel: '',
      cpuCount: 1,
      memoryBytes: 1,
      bootId: '',
      agentVersion: '',
      tools: [],
      capabilities: (['stacks', 'syscalls'] as const).map((id) => {
        const isMissing = missing.includes(id)
        return { id, available: !isMissing, reason: isMissing ? `no ${id}` : null, remedy: null }
      }),
    },
  }
}

describe('recipeFit', () => {
  it('asks only for what the recipe needs', () => {
    const hosts = [host('a', []), host('b', ['syscalls'])]
    expect(recipeFit('cpu-profile', hosts)).toMatchObject({ able: 2, obstacles: [] })
    expect(recipeFit('cpu-and-syscalls', hosts)).toMatchObject({
      able: 1,
      total: 2,
      obstacles: [{ reason: 'no syscalls', hostNames: ['b'] }],
    })
  })
  it('treats a capability that the agent does not know as missing', () => {
    const old = host('old', [])
    old.facts.capabilities = []
    expect(recipeFit('syscall-breakdown', [old])).toMatchObject({ able: 0, obstacles: [{ hostNames: ['old'] }] })
  })
})
