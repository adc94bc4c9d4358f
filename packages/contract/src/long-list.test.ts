import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { countsDeltaSchema, hostCommandSchema } from './capture-result.ts'
import { longList } from './long-list.ts'
import { pmuEventNameSchema } from './probe.ts'

describe('a long list', () => {
  const schema = z.object({ slices: longList(z.object({ rows: longList(z.object({ pid: z.number(), comm: z.string().max(3) }), 4) }), 2) })

  it('reads what an array reads', () => {
    const value = { slices: [{ rows: [{ pid: 1, comm: 'a' }] }, { rows: [] }] }
    expect(schema.parse(value)).toEqual(value)
    expect(schema.safeParse({ slices: [{ rows: [] }, { rows: [] }, { rows: [] }] }).success).toBe(false)
    expect(schema.safeParse({ slices: 'none' }).success).toBe(false)
  })

  it('names the first element that is wrong, and where it is', () => {
    const { error } = schema.safeParse({ slices: [{ rows: [] }, { rows: [{ pid: 1, comm: 'a' }, { pid: 'x', comm: 'long' }, 0, 0] }] })
    expect(error?.issues.map(({ path }) => path)).toEqual([['slices', 1, 'rows', 1, 'pid']])
  })

  it('keeps a delta of millions of wrong rows from becoming as many issues', () => {
    const slice = { atMs: 0, lengthMs: 1, rows: new Array<number>(10_000).fill(0) }
    const delta = { version: 1, probes: [], processes: [], slices: new Array<typeof slice>(300).fill(slice), lost: 0, truncated: false }
    expect(countsDeltaSchema.safeParse(delta).error?.issues).toHaveLength(1)
  })
})

describe('the settings of a command', () => {
  const command = { collector: 'counts', tool: 'bpftrace', toolVersion: null, argv: ['bpftrace'], program: null }

  it('are few', () => {
    expect(hostCommandSchema.parse({ ...command, env: { LC_ALL: 'C' } }).env).toEqual({ LC_ALL: 'C' })
    const env = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`v${i}`, i]))
    expect(hostCommandSchema.safeParse({ ...command, env }).error?.issues).toHaveLength(1)
  })
})

describe('the name of a counter', () => {
  it.each(['cycles', 'LLC-load-misses', 'cpu_clk_unhalted.core', 'uops_retired.all', 'r01c2'])('may be %s', (name) => {
    expect(pmuEventNameSchema.safeParse(name).success).toBe(true)
  })
  it.each(['x.c', 'x.o', 'a.b.obj', 'x.bpf', 'X.O', '-e', 'a b', 'a,b'])('is not %s, which perf takes for something else', (name) => {
    expect(pmuEventNameSchema.safeParse(name).success).toBe(false)
  })
})
