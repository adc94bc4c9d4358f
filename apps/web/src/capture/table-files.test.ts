import type { CountsRow, LatencyRow } from '@sonde/contract'
import { ENGINE_ANSWERS } from '@sonde/flamegraph'
import type { FunctionsQuestion } from '@sonde/flamegraph/react'
import { syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { countsCsv } from './counts-csv.ts'
import { eventCsv } from './event-csv.ts'
import { functionCsv } from './function-csv.ts'
import { latencyCsv } from './latency-csv.ts'
import { syscallCsv } from './syscall-csv.ts'
import type { SyscallLine } from './syscall-rows.ts'

const quantile = { value: 1500, low: 1024, high: 2048 }

describe('syscallCsv', () => {
  it('has what the table shows, in ns, and the bounds of what is interpolated', () => {
    const line = {
      ...{ comm: '=cmd', pid: 7, hostName: 'web-1', name: 'connect', calls: 10, perSecond: 2.5, errorCalls: 3, totalNs: 9000 },
      ...{
        errors: [
          { errno: 111, name: 'ECONNREFUSED', count: 2 },
          { errno: 11, name: 'EAGAIN', count: 1 },
        ],
        avgNs: 900,
        maxNs: 2000,
        isMaxBound: true,
      },
      ...{ p50: () => quantile, p99: () => null },
    } as unknown as SyscallLine
    const [head, row, end] = syscallCsv([line]).split('\r\n')
    expect(head?.split(',').slice(0, 5)).toEqual(['process', 'pid', 'host', 'syscall', 'calls'])
    expect(row).toBe("'=cmd,7,web-1,connect,10,2.5,3,ECONNREFUSED 2; EAGAIN 1,9000,1500,1024,2048,,,,900,2000,at most so much")
    expect(head?.split(',').length).toBe(row?.split(',').length)
    expect(end).toBe('')
  })
})

describe('functionCsv', () => {
  const profile = syntheticProfile({ nodes: 20_000, seed: 3, samples: 4000 })
  const question: FunctionsQuestion = {
    selection: {},
    search: { text: '', regex: false },
    sort: 'total',
    dir: 'desc',
    offset: 40,
    limit: 50,
    slices: 10,
    selected: '',
  }

  it('has every function of the table, in its order, more than the engine answers with at once', async () => {
    const csv = await functionCsv(question, 'samples', async (page) => ENGINE_ANSWERS.functions(profile, page))
    const rows = csv.trimEnd().split('\r\n')
    const { functions, rows: top } = ENGINE_ANSWERS.functions(profile, { ...question, offset: 0 })
    expect(functions).toBeGreaterThan(1000)
    expect(rows.length).toBe(functions + 1)
    expect(rows[0]).toBe(
      'function,library,kind,self (samples),"self, share of all",total (samples),"total, share of all",hosts,names of hosts (20 at most),first seen (s),last seen (s)',
    )
    expect(rows[1]?.split(',').slice(0, 2)).toEqual([top.name[0], top.module[0]])
    expect(Number(rows[1]?.split(',')[5])).toBe(top.total[0])
  })

  it('has what a search leaves, and nothing where it finds nothing', async () => {
    const find = (text: string) =>
      functionCsv({ ...question, search: { text, regex: false } }, 'samples', async (page) => ENGINE_ANSWERS.functions(profile, page))
    for (const row of (await find('tcp')).trimEnd().split('\r\n').slice(1)) expect(row).toContain('tcp')
    expect((await find('noFunctionHasThisName')).trimEnd().split('\r\n').length).toBe(1)
  })
})

describe('countsCsv', () => {
  const row = { comm: 'nginx', pid: 7, hostName: 'web-1', probe: null, key: 'a', count: 60, sum: 600 } as CountsRow

  it('adds up to the total: what has no row is the last one', () => {
    const columns = { process: true, host: false, probe: false, key: 'path' }
    expect(countsCsv({ rows: [row], total: { count: 100, sum: 1000 } }, columns, { sumOf: 'bytes', seconds: 10 })).toBe(
      [
        'process,pid,path,events,events per second,sum of bytes,share of events',
        'nginx,7,a,60,6,600,0.6',
        'others,others,others,40,4,400,0.4',
        '',
      ].join('\r\n'),
    )
  })

  it('has no such row where nothing is left, and no sum where none was asked for', () => {
    const columns = { process: false, host: true, probe: false, key: null }
    expect(countsCsv({ rows: [row], total: { count: 60, sum: 0 } }, columns, { sumOf: null, seconds: 0 })).toBe(
      'host,events,events per second,share of events\r\nweb-1,60,,1\r\n',
    )
  })
})

describe('latencyCsv', () => {
  it('has the rows with the bounds of their quantiles, and what is in none of them', () => {
    const row = { comm: 'nginx', pid: 7, count: 4, totalNs: 4000, p50: quantile, p99: null, maxNs: 1900 } as LatencyRow
    const columns = { process: true, host: false, probe: false, key: null }
    expect(latencyCsv([row], { rows: 3, count: 2, totalNs: 500 }, columns).split('\r\n').slice(1)).toEqual([
      'nginx,7,4,4000,1000,1500,1024,2048,,,,1900',
      'others,others,2,500,250,,,,,,,',
      '',
    ])
  })
})

describe('eventCsv', () => {
  it('has values as they came, in a unit that the head says', () => {
    const columns = [
      { name: 'took', type: 'duration' as const },
      { name: 'path', type: 'text' as const },
    ]
    const event = { hostId: 'h1', timeUs: 1.5, cpu: 2, pid: 7, tid: 8, comm: 'cat' }
    const rows = [
      { ...event, values: [1200, '@home, "x"'] },
      { ...event, values: [null, undefined] },
    ]
    expect(eventCsv({ columns, rows }, () => 'web-1').split('\r\n')).toEqual([
      'time (us),host,process,pid,tid,CPU,took (ns),path',
      `1.5,web-1,cat,7,8,2,1200,"'@home, ""x"""`,
      '1.5,web-1,cat,7,8,2,,',
      '',
    ])
  })
})
