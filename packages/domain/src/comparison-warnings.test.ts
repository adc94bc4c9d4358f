import type { SideFacts } from '@sonde/contract'
import { emptyProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import type { Findings } from './compare-measures.ts'
import type { ComparisonSide } from './comparison-side.ts'
import { comparisonWarnings } from './comparison-warnings.ts'

const FACTS: SideFacts = {
  captureId: 'capture1',
  title: 'CPU profile',
  startedAt: null,
  hosts: 1,
  units: 24,
  samples: 1_000,
  weight: 1_000,
  hostSeconds: 30,
  cpuSeconds: 10,
  syscalls: 500,
  lost: 0,
  divisor: 1_000,
}
type Side = {
  hosts?: string[]
  facts?: Partial<SideFacts>
  periodNs?: number
  timed?: boolean
  collectors?: string[]
  running?: boolean
  unknown?: number
}

/** The codes and texts that two sides give; only what warnings look at is filled in. */
function warningsOf(a: Side, b: Side, kernels: Record<string, string> = {}, builds: [string, string[]][][] = [[], []]) {
  const side = (
    { hosts = ['h1'], periodNs = 10_101_010, timed = true, collectors = ['stacks'], running = false }: Side,
    id: string,
  ): ComparisonSide => {
    const profile = emptyProfile()
    const part = {
      targets: hosts.map((hostId) => ({ hostId })),
      view: { id, endedAt: running ? null : new Date(0), spec: { instruments: collectors.map((collector) => ({ collector })) } },
      profile: { ...profile, meta: { ...profile.meta, periodNs, timed } },
      functions: null,
      selection: { process: '', window: '' },
    }
    return Object.assign(Object.create(null), part)
  }
  const measured = ({ unknown = 0 }: Side) => Object.assign(Object.create(null), { weight: 1_000, unknown })
  const findings: Findings = Object.assign(Object.create(null), {
    functionsTested: 9,
    syscallsTested: 0,
    measured: { a: measured(a), b: measured(b) },
  })
  const [left = [], right = []] = builds.map((list) => new Map(list.map(([path, ids]) => [path, new Set(ids)])))
  return comparisonWarnings(
    { a: side(a, 'capture1'), b: side(b, 'capture2') },
    { a: { ...FACTS, ...a.facts }, b: { ...FACTS, ...b.facts } },
    findings,
    { kernels: new Map(Object.entries(kernels)), builds: { a: new Map(left), b: new Map(right) } },
  )
}
const codes = (...args: Parameters<typeof warningsOf>) => warningsOf(...args).map(({ code }) => code)

describe('warnings of a comparison', () => {
  it('are none where the sides are alike', () => {
    expect(codes({}, {}, { h1: '6.1.0' })).toEqual([])
    expect(codes({ facts: { lost: 5 }, unknown: 10 }, { facts: { cpuSeconds: 14 }, periodNs: 10_101_011 })).toEqual([])
  })

  it.each<[string, Side, Side, RegExp]>([
    ['rate-differs', {}, { periodNs: 1_001_001 }, /99 Hz and 999 Hz/],
    ['load-differs', {}, { facts: { cpuSeconds: 30 } }, /0\.333 and 1\.00 CPUs/],
    ['loss-differs', {}, { facts: { lost: 100 } }, /0\.0 % and 6\.3 %/],
    ['unknown-differs', {}, { unknown: 300 }, /0\.0 % and 30\.0 %/],
    ['spec-differs', {}, { collectors: ['syscalls', 'stacks'] }, /stacks .*and stacks \+ syscalls/],
    ['no-times', { timed: false }, {}, /carry no times/],
    ['still-running', {}, { running: true }, /still running/],
    ['hosts-differ', { hosts: ['h1', 'h2'] }, { hosts: ['h2', 'h3'] }, /^1 host is on both sides \(2 and 2\)/],
  ])('say %s', (code, a, b, text) => {
    expect(warningsOf(a, b)).toEqual([{ code, text: expect.stringMatching(text) }])
    expect(codes(b, a)).toEqual([code])
  })

  it('name kernels and builds, as text', () => {
    expect(warningsOf({}, { hosts: ['h2'] }, { h1: '6.1.0', h2: '6.12.0' }).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/6\.1\.0 and 6\.12\.0/),
    )
    const path = `/opt/a\u202e${'b'.repeat(5_000)}`
    const [warning] = warningsOf({}, {}, {}, [
      [
        [path, ['aa']],
        ['/bin/same', ['cc']],
      ],
      [
        [path, ['bb']],
        ['/bin/same', ['cc']],
        ['/bin/new', ['dd']],
      ],
    ])
    expect(warning?.code).toBe('builds-differ')
    expect(warning?.text.length).toBeLessThan(250)
    expect(warning?.text).not.toMatch(/\u202e|bin/u)
  })
})
