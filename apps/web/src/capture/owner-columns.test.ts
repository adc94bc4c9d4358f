import { describe, expect, it } from 'vitest'
import { ownerColumns, splitChoices } from './owner-columns.ts'

const plain = { manyHosts: false, manyProbes: false, key: null }

describe('what a row is about', () => {
  it('has a column for whatever tells rows apart, and for nothing else', () => {
    expect(ownerColumns({ ...plain, by: 'process' })).toEqual({ process: true, host: false, probe: false, key: null })
    expect(ownerColumns({ by: 'row', manyHosts: true, manyProbes: true, key: 'args.dev' })).toEqual({
      process: true,
      host: true,
      probe: true,
      key: 'args.dev',
    })
    expect(ownerColumns({ by: 'key', manyHosts: true, manyProbes: true, key: 'args.dev' })).toEqual({
      process: false,
      host: false,
      probe: false,
      key: 'args.dev',
    })
    expect(ownerColumns({ ...plain, by: 'host' }).host).toBe(true)
  })

  it('is never without any column, whatever is chosen', () => {
    for (const manyHosts of [true, false])
      for (const manyProbes of [true, false])
        for (const key of [null, 'comm']) {
          for (const { value } of splitChoices({ manyHosts, manyProbes, key })) {
            const columns = ownerColumns({ manyHosts, manyProbes, key, by: value })
            expect([columns.process, columns.host, columns.probe, columns.key !== null]).toContain(true)
          }
        }
  })

  it('offers only what would tell anything apart', () => {
    expect(splitChoices(plain).map((choice) => choice.value)).toEqual(['process'])
    expect(splitChoices({ ...plain, key: 'comm' }).map((choice) => choice.label)).toEqual(['by comm', 'by process', 'all apart'])
    expect(splitChoices({ manyHosts: true, manyProbes: true, key: 'comm' })).toHaveLength(5)
  })
})
