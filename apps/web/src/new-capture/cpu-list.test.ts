import { describe, expect, it } from 'vitest'
import { formatCpuList, parseCpuList } from './cpu-list.ts'

describe('CPU lists', () => {
  it.each([
    ['0-3,8', [0, 1, 2, 3, 8]],
    [' 8 , 0 - 1,1', [0, 1, 8]],
    ['', []],
    [',', []],
    ['8191', [8191]],
  ])('reads %j', (text, cpus) => {
    expect(parseCpuList(text)).toEqual({ ok: true, cpus })
  })
  it.each(['3-1', 'a', '-1', '0x1', '1.5', '0-8191', '8192', '1-2-3', '0-255,300'])('refuses %j, in words', (text) => {
    const parsed = parseCpuList(text)
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.message).toMatch(/\.$/)
  })
  it('reads what it writes', () => {
    for (const cpus of [[], [0], [0, 1], [0, 2, 4], [1, 2, 3, 5, 7, 8], Array.from({ length: 256 }, (_, i) => i * 3)])
      expect(parseCpuList(formatCpuList(cpus))).toEqual({ ok: true, cpus })
    expect(formatCpuList([3, 1, 2, 1, 9])).toBe('1-3,9')
  })
})
