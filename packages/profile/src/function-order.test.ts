import { describe, expect, it } from 'vitest'
import { FUNCTION_SORTS, type FunctionOrder, orderFunctions } from './function-order.ts'
import { type FunctionTable, functionTable } from './function-table.ts'
import { parseFolded } from './parse-folded.ts'
import type { Profile } from './profile.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const profile = syntheticProfile({ nodes: 4_000, hosts: 5 })
const table = functionTable(profile)

const nameOf = (of: Profile, functions: FunctionTable, row: number) => of.strings[of.frames.name[functions.frame[row] ?? 0] ?? 0] ?? ''
const cellOf = (row: number, sort: FunctionOrder['sort']): number | string =>
  ({
    function: nameOf(profile, table, row),
    self: table.self[row] ?? 0,
    total: table.total[row] ?? 0,
    count: table.count[row] ?? 0,
    hosts: table.hostCount[row] ?? 0,
    first: table.firstUs?.[row] ?? 0,
    last: table.lastUs?.[row] ?? 0,
  })[sort]

describe('order of functions', () => {
  for (const sort of FUNCTION_SORTS) {
    for (const dir of ['asc', 'desc'] as const) {
      it(`by ${sort}, ${dir}: every row once, each where its value belongs`, () => {
        const order = orderFunctions(profile, table, { sort, dir })
        expect(new Set(order).size).toBe(table.length)
        const values = [...order].map((row) => cellOf(row, sort))
        for (let i = 1; i < values.length; i++) {
          const [before, here] = [values[i - 1] ?? 0, values[i] ?? 0]
          expect(dir === 'asc' ? before <= here : before >= here).toBe(true)
        }
      })
    }
  }

  it('breaks ties by total, then by name, in both directions', () => {
    const tied = parseFolded('x;b 1\nx;a 1\nx;y;c 4\n')
    const functions = functionTable(tied)
    const names = (dir: 'asc' | 'desc') =>
      [...orderFunctions(tied, functions, { sort: 'hosts', dir })].map((row) => nameOf(tied, functions, row))
    expect(names('asc')).toEqual(['x', 'c', 'y', 'a', 'b'])
    expect(names('desc')).toEqual(['x', 'c', 'y', 'a', 'b'])
  })

  it('leaves out names that do not match', () => {
    const names = Uint8Array.from(profile.strings, (text) => (text.includes('tcp') ? 1 : 0))
    const order = orderFunctions(profile, table, { sort: 'self', dir: 'desc', names })
    expect(order.length).toBeGreaterThan(0)
    expect(order.length).toBe([...Array(table.length).keys()].filter((row) => nameOf(profile, table, row).includes('tcp')).length)
    for (const row of order) expect(nameOf(profile, table, row)).toContain('tcp')
  })
})
