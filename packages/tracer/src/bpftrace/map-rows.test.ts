import { describe, expect, it } from 'vitest'
import { parseBpftraceJson } from './bpftrace-json.ts'
import { histogramsByKey, keyParts, maximaByKey, numbersByKey, scalar } from './map-rows.ts'

const read = (text: string) =>
  new Map(parseBpftraceJson(text).flatMap((message) => ('name' in message ? [[message.name, message] as const] : [])))

describe('maps that bpftrace prints', () => {
  it('add up what is printed under one key several times', () => {
    const maps = read(
      '{"type": "map", "data": {"@c": {"5,RM": 1, "5,RM": 3, "5,W": 2}}}\n{"type": "hist", "data": {"@h": {"5,W": [{"min": 4, "max": 7, "count": 1}], "5,W": [{"min": 4, "max": 7, "count": 2}, {"min": 8, "max": 15, "count": 1}]}}}\n{"type": "map", "data": {"@m0": {"5": 7, "5": 9}}}\n{"type": "map", "data": {"@m1": {"5": 8, "6": 1}}}\n{"type": "map", "data": {"@n": 12}}',
    )
    expect(Object.fromEntries(numbersByKey(maps, '@c'))).toEqual({ '5,RM': 4, '5,W': 2 })
    expect([...(histogramsByKey(maps, '@h').get('5,W') ?? [])]).toEqual([
      [2, 3],
      [3, 1],
    ])
    expect(Object.fromEntries(maximaByKey(maps, ['@m0', '@m1']))).toEqual({ 5: 9, 6: 1 })
    expect(scalar(maps, '@n')).toBe(12)
    expect(scalar(maps, '@missing')).toBe(0)
  })

  it('take keys apart from the left, so that a text may hold commas', () => {
    expect(keyParts('42', 1)).toEqual(['42'])
    expect(keyParts('42,a,b', 1)).toEqual(['42', 'a,b'])
    expect(keyParts('-1,7,', 2)).toEqual(['-1', '7', ''])
    expect(keyParts('1,2', 3)).toBeNull()
    expect(keyParts('1,x', 2)).toBeNull()
    expect(keyParts('', 1)).toBeNull()
  })
})
