import type { CountsRow } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { countsCsv } from './counts-csv.ts'
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
      },
      ...{ p50: () => quantile, p99: () => null },
    } as unknown as SyscallLine
    const [head, row, end] = syscallCsv([line]).split('\r\n')
    expect(head?.split(',').slice(0, 5)).toEqual(['process', 'pid', 'host', 'syscall', 'calls'])
    expect(row).toBe("'=cmd,7,web-1,connect,10,2.5,3,ECONNREFUSED 2; EAGAIN 1,9000,1500,1024,2048,,,,900,2000")
    expect(head?.split(',').length).toBe(row?.split(',').length)
    expect(end).toBe('')
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
