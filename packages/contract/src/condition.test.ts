import { describe, expect, it } from 'vitest'
import { conditionSchema, parseConditions } from './condition.ts'
import { formatConditions } from './format-conditions.ts'

describe('parseConditions', () => {
  it('reads what people type', () => {
    expect(parseConditions('args.count > 4k && ret<0, comm == "nginx" and duration >= 10ms')).toEqual({
      ok: true,
      conditions: [
        { field: 'args.count', op: '>', value: 4096 },
        { field: 'ret', op: '<', value: 0 },
        { field: 'comm', op: '==', value: 'nginx' },
        { field: 'duration', op: '>=', value: 10_000_000 },
      ],
    })
    expect(parseConditions('  ')).toEqual({ ok: true, conditions: [] })
    expect(parseConditions('args.flags & 0x40')).toEqual({ ok: true, conditions: [{ field: 'args.flags', op: '&', value: 64 }] })
    expect(parseConditions('ret = -11')).toEqual({ ok: true, conditions: [{ field: 'ret', op: '==', value: -11 }] })
  })

  it.each([
    ['ret', 3],
    ['ret <', 5],
    ['foo == 1', 0],
    ['ret < 0 &&', 8],
    ['ret < 0 pid == 1', 8],
    ['comm < "a"', 7],
    ['comm == "a\\" || 1"', 8],
    ['comm == "{ system(1) }"', 8],
    ['ret == 1.5', 7],
    ['ret == 99999999999999999999', 7],
  ])('says where %j goes wrong', (text, at) => {
    expect(parseConditions(text)).toMatchObject({ ok: false, at })
  })

  it('reads back what it writes', () => {
    let seed = 7
    const next = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % n
    }
    for (let round = 0; round < 500; round++) {
      const conditions = Array.from({ length: 1 + next(8) }, () => {
        const text = next(3) === 0
        return conditionSchema.parse({
          field: ['pid', 'ret', 'args.bytes_req', 'start.sector', 'comm'][next(5)],
          op: text ? ['==', '!='][next(2)] : ['==', '!=', '<', '<=', '>', '>=', '&'][next(7)],
          value: text ? ['nginx', '/var/log/a.log', '42', 'a,b', 'a=b'][next(5)] : next(1_000_000) - 500_000,
        })
      })
      expect(parseConditions(formatConditions(conditions))).toEqual({ ok: true, conditions })
    }
  })
})
