import type { CaptureSyscalls, HostView } from '@sonde/contract'
import type { OddStacks } from '@sonde/flamegraph/react'
import { describe, expect, it } from 'vitest'
import { oddHosts, reasonsToShow } from './odd-hosts.ts'
import { MIN_CALLS, oddSyscalls } from './odd-syscalls.ts'
import { sharedTraits } from './shared-traits.ts'

type Calls = Record<string, number>

/** Hosts by name: calls by syscall, and failed ones by `syscall ERRNO`. */
function syscallsOf(hosts: Record<string, { calls: Calls; errors?: Calls }>): CaptureSyscalls {
  return {
    untimed: 0,
    hosts: Object.entries(hosts).map(([hostName, { calls, errors = {} }]) => ({
      hostId: hostName,
      hostName,
      bounds: null,
      boundedMax: [],
      snapshot: {
        version: 1,
        elapsedMs: 1_000,
        processes: [],
        rows: Object.entries(calls).map(([name, count], nr) => ({
          pid: 1,
          nr,
          name,
          calls: count,
          totalNs: count,
          maxNs: 1,
          histogram: [],
          errors: Object.entries(errors)
            .filter(([key]) => key.startsWith(`${name} `))
            .map(([key, failed], i) => ({ errno: i + 1, name: key.split(' ')[1] ?? '', count: failed })),
        })),
        unmatchedExits: 0,
        lostCalls: 0,
        truncated: false,
      },
    })),
  }
}

/** Alike, but each a little different. */
const usual = (i: number) => ({
  calls: { read: 5_000 + 150 * i, write: 3_000 - 100 * i, futex: 2_000 + 70 * ((i * 3) % 5) },
  errors: { 'read EAGAIN': 100 + i },
})

describe('hosts whose system calls are odd', () => {
  it('are found by what they call, and it is named', () => {
    const { hosts } = oddSyscalls(
      syscallsOf({ a: usual(0), b: usual(1), c: usual(2), d: usual(3), odd: { ...usual(1), calls: { ...usual(1).calls, fsync: 4_000 } } }),
    )
    expect(hosts.filter(({ mix }) => mix.odd).map(({ hostName }) => hostName)).toEqual(['odd'])
    const [first] = hosts.at(-1)?.reasons.filter(({ errno }) => errno === null) ?? []
    expect(first).toMatchObject({ syscall: 'fsync', elsewhere: 0 })
    expect(first?.here).toBeCloseTo(4_000 / (10_120 + 4_000), 1)
  })

  it('are found by how calls end, though they make the same ones', () => {
    const { hosts } = oddSyscalls(
      syscallsOf({
        a: usual(0),
        b: usual(1),
        c: usual(2),
        d: usual(3),
        odd: { ...usual(1), errors: { 'read EAGAIN': 101, 'write ENOSPC': 900 } },
      }),
    )
    expect(hosts.map(({ errors }) => errors.odd)).toEqual([false, false, false, false, true])
    expect(hosts.at(-1)?.mix.odd).toBe(false)
    expect(hosts.at(-1)?.reasons[0]).toMatchObject({ syscall: 'write', errno: 'ENOSPC', elsewhere: 0 })
  })

  it('are none where they are alike; and hosts with few calls are not judged', () => {
    const alike = oddSyscalls(
      syscallsOf({ a: usual(0), b: usual(1), c: usual(2), d: usual(3), e: usual(4), quiet: { calls: { read: MIN_CALLS - 1 } } }),
    )
    expect(alike.hosts.map(({ mix, errors }) => mix.odd || errors.odd)).toEqual([false, false, false, false, false])
    expect(alike.tooFew).toEqual([{ hostId: 'quiet', hostName: 'quiet', calls: MIN_CALLS - 1 }])
    // Of four, nobody can say how much hosts differ.
    expect(oddSyscalls(syscallsOf({ a: usual(0), b: usual(1), c: usual(2), d: usual(3) })).hosts).toEqual([])
  })
})

describe('the ranking', () => {
  const distance = (value: number, threshold = 0.1) => ({
    distance: value,
    chanceMean: 0.02,
    chance: 0.05,
    usual: 0.01,
    threshold,
    odd: value > threshold,
  })
  const host = (name: string, value: number) => ({ id: name, name, samples: 500, reasons: [], ...distance(value) })

  it('takes the measure in which a host stands out most, the furthest host first', () => {
    const stacks: OddStacks = {
      isTimed: true,
      functions: 9,
      leftOut: 0,
      tooFew: [],
      hosts: [host('a', 0.05), host('b', 0.3), host('c', 0.01)],
    }
    const calls = [
      { hostId: 'a', hostName: 'a', calls: 900, mix: distance(0.9), errors: distance(0), reasons: [] },
      { hostId: 'd', hostName: 'd', calls: 900, mix: distance(0.06), errors: distance(0), reasons: [] },
    ]
    const rows = oddHosts(stacks, calls)
    expect(rows.map((row) => [row.hostName, row.odd])).toEqual([
      ['a', true],
      ['b', true],
      ['d', false],
      ['c', false],
    ])
    for (const row of rows) expect(row.score > 1).toBe(row.odd)
    expect(rows.map((row) => [row.samples, row.calls])).toEqual([
      [500, 900],
      [500, null],
      [null, 900],
      [500, null],
    ])
    expect(oddHosts(null, [])).toEqual([])
  })
})

describe('what is said of a host', () => {
  const distance = (odd: boolean) => ({ distance: 0.5, chanceMean: 0, chance: 0, usual: 0, threshold: 0.1, odd })
  const sample = (name: string) => ({ of: 'samples' as const, name, module: '', kind: 0, by: 'self' as const, here: 0.5, elsewhere: 0 })
  const calls = (syscall: string, errno: string | null) => ({ of: 'calls' as const, syscall, errno, here: 0.5, elsewhere: 0 })
  const reasons = [...['a', 'b', 'c', 'd'].map(sample), calls('write', 'ENOSPC'), calls('fsync', null)]
  const host = (odd: Record<'stacks' | 'syscalls' | 'errors', boolean>) =>
    reasonsToShow({
      hostId: 'h',
      hostName: 'h',
      odd: Object.values(odd).includes(true),
      score: 1,
      samples: 1,
      calls: 1,
      reasons,
      distances: { stacks: distance(odd.stacks), syscalls: distance(odd.syscalls), errors: distance(odd.errors) },
    }).map((reason) => (reason.of === 'samples' ? reason.name : `${reason.syscall} ${reason.errno}`))

  it('is of what makes it odd: a few of each', () => {
    expect(host({ stacks: true, syscalls: false, errors: true })).toEqual(['a', 'b', 'c', 'write ENOSPC'])
    expect(host({ stacks: false, syscalls: true, errors: false })).toEqual(['fsync null'])
    expect(host({ stacks: false, syscalls: false, errors: false })).toEqual(['a'])
  })
})

describe('what the odd ones share', () => {
  const view = (id: string, labels: Record<string, string>, kernel = '6.1.0'): HostView => ({
    id,
    name: id,
    labels: { instance: id, ...labels },
    facts: {
      hostname: id,
      os: 'debian 12',
      kernel,
      arch: 'x64',
      cpuModel: 'CPU',
      cpuCount: 4,
      memoryBytes: 8 * 1024 ** 3,
      bootId: id,
      agentVersion: '0.1.0',
      tools: [],
      capabilities: [],
    },
    load: null,
    online: true,
    lastSeenAt: null,
    enrolledAt: new Date(0),
  })
  const others = Array.from({ length: 10 }, (_, i) => view(`n${i}`, { env: i < 1 ? 'canary' : 'prod', zone: `z${i % 2}` }))
  const ids = others.map(({ id }) => id)

  it('is what separates them, with the counts; not what every host has for itself', () => {
    const odd = [view('o1', { env: 'canary', zone: 'z1' }, '6.8.0'), view('o2', { env: 'canary', zone: 'z0' }, '6.8.0')]
    expect(sharedTraits([...others, ...odd], { odd: ['o1', 'o2', 'removed'], others: ids })).toEqual([
      { key: 'kernel', value: '6.8.0', isLabel: false, odd: 2, oddHosts: 2, others: 0, otherHosts: 10 },
      { key: 'env', value: 'canary', isLabel: true, odd: 2, oddHosts: 2, others: 1, otherHosts: 10 },
    ])
  })

  it('is nothing where nothing separates, or nobody is odd', () => {
    const odd = [view('o1', { env: 'prod', zone: 'z1' })]
    expect(sharedTraits([...others, ...odd], { odd: ['o1'], others: ids })).toEqual([])
    expect(sharedTraits(others, { odd: [], others: ids })).toEqual([])
  })
})
