import { isIPv6 } from 'node:net'
import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { ipv6Text, numberText } from './number-text.ts'

const as = (digits: string, bytes: 1 | 2 | 4 | 8, signed: boolean, meaning: Parameters<typeof numberText>[1]['meaning'] = 'number') =>
  numberText(digits, { bytes, signed, meaning, arch: 'x64' })

describe('numbers as people read them', () => {
  it('undoes the sign that bpftrace prints keys with', () => {
    expect(as('-1', 8, false)).toBe('18446744073709551615')
    expect(as('-1', 8, true)).toBe('-1')
    expect(as('4294967295', 4, true)).toBe('-1')
    expect(as('1; x', 8, true)).toBeNull()
  })

  it('by what they stand for', () => {
    expect(as('-2', 8, true, 'errno')).toBe('ENOENT')
    expect(as('17', 8, true, 'errno')).toBe('17')
    expect(as('-5000', 8, true, 'errno')).toBe('-5000')
    expect(as('-1', 8, false, 'hex')).toBe('0xffffffffffffffff')
    expect(as(String((259 << 20) | 3), 4, false, 'device')).toBe('259:3')
    expect(as('2130706433', 4, false, 'ipv4')).toBe('127.0.0.1')
    expect(as('-1062731519', 4, false, 'ipv4')).toBe('192.168.1.1')
    expect(as('257', 4, true, 'syscall')).toBe('openat')
  })

  it('IPv6 addresses, in their short form', () => {
    expect(ipv6Text(0n, 1n)).toBe('::1')
    expect(ipv6Text(0n, 0n)).toBe('::')
    expect(ipv6Text(0x20010db800000000n, 0x0000000100000001n)).toBe('2001:db8::1:0:1')
    expect(ipv6Text(-1n, -1n)).toBe('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
    const random = seededRandom(3)
    const half = () =>
      BigInt(Math.floor(random() * 2 ** 32)) * BigInt(random() < 0.4 ? 0 : 2 ** 32) +
      BigInt(random() < 0.5 ? 0 : Math.floor(random() * 2 ** 32))
    for (let i = 0; i < 500; i++) {
      const [high, low] = [half(), half()]
      const text = ipv6Text(high, low)
      expect(isIPv6(text)).toBe(true)
      expect(numberOf(text)).toBe((BigInt.asUintN(64, high) << 64n) | BigInt.asUintN(64, low))
    }
  })
})

/** An address as a number. */
function numberOf(text: string): bigint {
  const [left = '', right = ''] = text.split('::')
  const words = (side: string) => side.split(':').filter(Boolean)
  const middle = text.includes('::') ? Array.from({ length: 8 - words(left).length - words(right).length }, () => '0') : []
  return [...words(left), ...middle, ...words(right)].reduce((sum, word) => (sum << 16n) | BigInt(Number.parseInt(word, 16)), 0n)
}
