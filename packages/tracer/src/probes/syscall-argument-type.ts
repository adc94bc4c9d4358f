import type { ArgumentType } from './resolved-probe.ts'

type Width = { bytes: 1 | 2 | 4 | 8; signed: boolean }

const int32: Width = { bytes: 4, signed: true }
const uint32: Width = { bytes: 4, signed: false }
const int64: Width = { bytes: 8, signed: true }
const uint64: Width = { bytes: 8, signed: false }

/** Types of x64's and arm64's system calls that are narrower than a word, or signed words. */
const WIDTHS: Readonly<Record<string, Width>> = {
  int: int32,
  'unsigned int': uint32,
  unsigned: uint32,
  short: { bytes: 2, signed: true },
  'unsigned short': { bytes: 2, signed: false },
  umode_t: { bytes: 2, signed: false },
  mode_t: uint32,
  u8: { bytes: 1, signed: false },
  u16: { bytes: 2, signed: false },
  u32: uint32,
  __u32: uint32,
  uint32_t: uint32,
  s32: int32,
  __s32: int32,
  int32_t: int32,
  pid_t: int32,
  uid_t: uint32,
  gid_t: uint32,
  key_t: int32,
  key_serial_t: int32,
  qid_t: uint32,
  clockid_t: int32,
  timer_t: int32,
  mqd_t: int32,
  rwf_t: int32,
  bool: { bytes: 1, signed: false },
  long: int64,
  'long int': int64,
  'long long': int64,
  s64: int64,
  __s64: int64,
  loff_t: int64,
  off_t: int64,
  ssize_t: int64,
}

/**
 * The kernel keeps every argument of a system call as a word of 8 bytes, just as it came in the register: of an `int`, only the lower
 * half means anything (AT_FDCWD arrives as 0xffffff9c as well as 0xffffffffffffff9c, as the C library likes).
 */
export function syscallArgumentType(cType: string): ArgumentType {
  const name = cType.replace(/^const /, '').trim()
  if (name.startsWith('enum ')) return { kind: 'int', ...uint32 }
  return { kind: 'int', ...(WIDTHS[name] ?? uint64) }
}
