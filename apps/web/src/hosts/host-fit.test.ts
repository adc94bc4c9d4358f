import { CAPABILITY_IDS, type CapabilityId, type HostView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { hostFit } from './host-fit.ts'

function host(name: string, missing: CapabilityId[], reason = (id: CapabilityId) => `no ${id}`): HostView {
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
      capabilities: CAPABILITY_IDS.map((id) => {
        const isMissing = missing.includes(id)
        return { id, available: !isMissing, reason: isMissing ? reason(id) : null, remedy: null }
      }),
    },
  }
}

describe('hostFit', () => {
  it('asks only for what is needed', () => {
    const hosts = [host('a', []), host('b', ['syscalls'])]
    expect(hostFit(['stacks'], hosts)).toMatchObject({ able: 2, obstacles: [] })
    expect(hostFit(['stacks', 'syscalls'], hosts)).toMatchObject({
      able: 1,
      total: 2,
      obstacles: [{ capability: 'syscalls', reason: 'no syscalls', hostNames: ['b'] }],
    })
  })
  it('says one cause once, and names a host once for it', () => {
    const hosts = ['a', 'b'].map((name) => host(name, ['kprobes', 'bpftrace'], () => 'BPF is off'))
    expect(hostFit(['bpftrace', 'kprobes'], hosts)).toMatchObject({
      able: 0,
      obstacles: [{ reason: 'BPF is off', hostNames: ['a', 'b'] }],
    })
  })
  it('treats a capability that the agent does not know as missing', () => {
    const old = host('old', [])
    old.facts.capabilities = []
    expect(hostFit(['syscalls'], [old])).toMatchObject({ able: 0, obstacles: [{ hostNames: ['old'], remedy: 'Upgrade the agent.' }] })
  })
})
