import { CAPABILITY_IDS, type CapabilityId, findRecipe, type HostPolicy, type HostView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { hostFit, type Needs, needsOfRecipe } from './host-fit.ts'

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

const needs = (capabilities: CapabilityId[]): Needs => ({ capabilities, kinds: [], collectors: [] })

describe('hostFit', () => {
  it('asks only for what is needed', () => {
    const hosts = [host('a', []), host('b', ['syscalls'])]
    expect(hostFit(needs(['stacks']), hosts)).toMatchObject({ able: 2, obstacles: [] })
    expect(hostFit(needs(['stacks', 'syscalls']), hosts)).toMatchObject({
      able: 1,
      total: 2,
      obstacles: [{ reason: 'no syscalls', hostNames: ['b'] }],
    })
  })
  it('says one cause once, and names a host once for it', () => {
    const hosts = ['a', 'b'].map((name) => host(name, ['kprobes', 'bpftrace'], () => 'BPF is off'))
    expect(hostFit(needs(['bpftrace', 'kprobes']), hosts).obstacles).toMatchObject([{ reason: 'BPF is off', hostNames: ['a', 'b'] }])
  })
  it('treats a capability that the agent does not know as missing', () => {
    const old = host('old', [])
    old.facts.capabilities = []
    expect(hostFit(needs(['syscalls']), [old])).toMatchObject({
      able: 0,
      obstacles: [{ hostNames: ['old'], remedy: 'Upgrade the agent.' }],
    })
  })
})

describe("a host's policy", () => {
  const policy: HostPolicy = {
    source: '/etc/sonde/policy.yaml',
    problem: null,
    probeKinds: ['tracepoint'],
    collectors: ['stacks', 'counts'],
    containersOnly: false,
    uids: null,
    limits: { durationMs: 1, samplingHz: 1, concurrentCaptures: 1, probesPerPattern: 1, gatewayGoneMs: 1 },
    budget: { hitsPerSecond: 1, cores: 1, memoryBytes: 1, outputBytes: 1 },
    rules: [],
    cgroup: null,
    cgroupProblem: null,
  }
  const strict = host('strict', [])
  strict.facts.policy = policy
  const fitOf = (id: string) => {
    const recipe = findRecipe(id)
    if (!recipe) throw new Error(`no recipe ${id}`)
    return hostFit(needsOfRecipe(recipe), [strict])
  }

  it('is an obstacle where it forbids the kind of probe or the collector', () => {
    expect(fitOf('kernel-function-stacks').obstacles[0]?.reason).toMatch(/kprobe.*policy\.yaml/)
    expect(fitOf('disk-latency').obstacles[0]?.reason).toMatch(/latency/)
    expect(fitOf('disk-bytes').able).toBe(1)
  })
  it('says nothing about the event that samples CPU time', () => {
    expect(fitOf('cpu-profile').able).toBe(1)
    expect(fitOf('page-faults').able).toBe(0)
  })
  it('forbids everything while it cannot be read', () => {
    const broken = host('broken', [])
    broken.facts.policy = { ...policy, problem: 'line 3 is no rule' }
    expect(hostFit(needs([]), [broken])).toMatchObject({ able: 0, obstacles: [{ reason: expect.stringContaining('line 3') }] })
  })
})
