import { syscallSnapshotSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { parseBpftraceJson } from '../bpftrace/bpftrace-json.ts'
import { SyscallAggregate } from './syscall-aggregate.ts'
import { MAP_KEYS_MAX, MARKS } from './syscall-program.ts'

const line = (type: string, data: unknown) => JSON.stringify({ type, data })
const mark = line('printf', `${MARKS.snapshot}\n`)
const maps = (scale: number) => [
  line('map', { '@n': 4 * scale }),
  line('hist', {
    '@h': {
      '10,0': [
        { min: 0, max: 0, count: scale },
        { min: 1, max: 1, count: scale },
        { min: 256, max: 511, count: scale },
      ],
      '10,-1': [{ min: 8, max: 15, count: scale }],
      '11,42': [{ min: 4, max: 7, count: 0 }],
    },
  }),
  line('map', { '@t': { '10,0': 300 * scale, '10,-1': 9 } }),
  line('map', { '@m': { '10,0': 280 } }),
  line('map', { '@e': { '10,0,-11': 2, '10,0,-111': 5, '10,0,-512': 7, '10,0,-5000': 1 } }),
  line('map', { '@c': { '10': 'we,ird "name"' } }),
  line('map', { '@u': { '77': 1, '78': 1 } }),
]

function fed(lines: readonly string[]): SyscallAggregate {
  const aggregate = new SyscallAggregate()
  for (const message of parseBpftraceJson(lines.join('\n'))) aggregate.add(message)
  return aggregate
}
const context = { elapsedMs: 2000, arch: 'x64' as const, commOf: () => undefined, isExcluded: () => false }

describe('SyscallAggregate', () => {
  it('makes rows whose histogram adds up to the calls', () => {
    const snapshot = fed([...maps(1), mark]).snapshot(context)
    expect(syscallSnapshotSchema.parse(snapshot)).toEqual(snapshot)
    expect(snapshot.rows).toEqual([
      {
        pid: 10,
        nr: 0,
        name: 'read',
        calls: 3,
        totalNs: 300,
        maxNs: 280,
        errors: [
          { errno: 111, name: 'ECONNREFUSED', count: 5 },
          { errno: 11, name: 'EAGAIN', count: 2 },
        ],
        histogram: [
          [0, 2],
          [8, 1],
        ],
      },
    ])
    expect(snapshot.processes).toEqual([{ pid: 10, comm: 'we,ird "name"' }])
    expect(snapshot).toMatchObject({ unmatchedExits: 2, lostCalls: 0, truncated: false, elapsedMs: 2000 })
  })

  it('shows the last complete set: not one that is still being printed, but the one that a clean end has printed', () => {
    const lines = [...maps(1), mark, ...maps(10).slice(0, 3)]
    const cut = fed(lines)
    cut.finish(false)
    expect(cut.snapshot(context).rows[0]?.calls).toBe(3)
    const ended = fed([...maps(1), mark, ...maps(10)])
    ended.finish(true)
    expect(ended.snapshot(context).rows[0]?.calls).toBe(30)
  })

  it('has no data before the first set', () => {
    const aggregate = fed(maps(1))
    expect(aggregate.hasData).toBe(false)
    expect(aggregate.snapshot(context).rows).toEqual([])
  })

  it('says that calls were lost where more were timed than fit in the maps', () => {
    const entries = Object.fromEntries(Array.from({ length: MAP_KEYS_MAX }, (_, i) => [`${i + 1},1`, [{ min: 2, max: 3, count: 1 }]]))
    const snapshot = fed([line('map', { '@n': MAP_KEYS_MAX + 1000 }), line('hist', { '@h': entries }), mark]).snapshot(context)
    expect(snapshot).toMatchObject({ lostCalls: 1000, truncated: true })
    expect(snapshot.rows.length).toBe(MAP_KEYS_MAX)
  })

  it('does not take increments that preemption swallowed for lost calls', () => {
    expect(
      fed([line('map', { '@n': 1_000_003 }), line('hist', { '@h': { '1,1': [{ min: 2, max: 3, count: 1_000_000 }] } }), mark]).snapshot(
        context,
      ).lostCalls,
    ).toBe(0)
  })

  it('leaves out the tracers themselves', () => {
    expect(fed([...maps(1), mark]).snapshot({ ...context, isExcluded: (pid) => pid === 10 }).rows).toEqual([])
  })
})
