import { errnoName, type SyscallArch, syscallName } from '../syscalls/syscall-names.ts'
import type { Meaning } from './value.ts'

export type NumberFormat = { bytes: 1 | 2 | 4 | 8; signed: boolean; meaning: Meaning; arch: SyscallArch }

const MAX_ERRNO = 4095n

/**
 * A number as people read it: `ENOENT` for −2 where it is an errno, `0x7f00` where it is an address, `259:0` for a device. bpftrace
 * prints keys of 8 bytes as signed numbers, whatever they are.
 */
export function numberText(digits: string, { bytes, signed, meaning, arch }: NumberFormat): string | null {
  if (!/^-?\d+$/.test(digits)) return null
  const value = signed ? BigInt.asIntN(bytes * 8, BigInt(digits)) : BigInt.asUintN(bytes * 8, BigInt(digits))
  switch (meaning) {
    case 'errno':
      return value < 0n && value >= -MAX_ERRNO ? errnoName(Number(-value)) : String(value)
    case 'hex':
      return `0x${BigInt.asUintN(bytes * 8, value).toString(16)}`
    case 'device':
      // Linux' own numbering inside of the kernel (MKDEV, include/linux/kdev_t.h).
      return `${value >> 20n}:${value & 0xfffffn}`
    case 'ipv4':
      return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
    case 'syscall':
      return syscallName(Number(value), arch)
    case 'number':
    case 'bytes':
    case 'duration':
      return String(value)
  }
}

/** An IPv6 address from its two halves, its longest run of zeros shortened (RFC 5952). */
export function ipv6Text(high: bigint, low: bigint): string {
  const groups = [high, low].flatMap((half) => [48n, 32n, 16n, 0n].map((shift) => Number((BigInt.asUintN(64, half) >> shift) & 0xffffn)))
  let best = { at: -1, length: 1 }
  for (let at = 0; at < groups.length; at++) {
    let length = 0
    while (groups[at + length] === 0) length++
    if (length > best.length) best = { at, length }
  }
  const words = groups.map((group) => group.toString(16))
  if (best.at < 0) return words.join(':')
  return `${words.slice(0, best.at).join(':')}::${words.slice(best.at + best.length).join(':')}`
}
