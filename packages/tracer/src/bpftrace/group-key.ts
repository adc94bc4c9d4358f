import type { SyscallArch } from '../syscalls/syscall-names.ts'
import { type Code, code, nothing } from './code.ts'
import { hostText } from './host-text.ts'
import { ipv6Text, type NumberFormat, numberText } from './number-text.ts'
import type { Value } from './value.ts'

/** The part of a map's key that `groupBy` stands for, and how to read it back. It comes last: text may hold commas. */
export type GroupKey = {
  /** `, expression`, or nothing. */
  code: Code
  /** Numbers among its parts. */
  numbers: number
  bytes: number
  read(parts: readonly string[]): string | null
}

export const NO_GROUP: GroupKey = { code: nothing, numbers: 0, bytes: 0, read: () => null }

export function groupKey(value: Value, arch: SyscallArch, textBytes: number): GroupKey {
  switch (value.kind) {
    case 'text':
      return {
        code: code`, ${value.expression}`,
        numbers: 0,
        bytes: value.length ?? textBytes,
        read: ([text = '']) => hostText(text, value.length === null ? textBytes : Number.POSITIVE_INFINITY),
      }
    case 'number': {
      const format: NumberFormat = { bytes: value.bytes, signed: value.signed, meaning: value.meaning, arch }
      return { code: code`, ${value.expression}`, numbers: 1, bytes: 8, read: ([number = '']) => numberText(number, format) }
    }
    case 'ipv6':
      return {
        code: code`, ${value.high}, ${value.low}`,
        numbers: 2,
        bytes: 16,
        read: ([high = '0', low = '0']) => ipv6Text(BigInt(high), BigInt(low)),
      }
  }
}
