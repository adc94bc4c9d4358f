import { constants } from 'node:os'
import { ARM64_SYSCALLS, type NumberedRun, X64_SYSCALLS } from './syscall-tables.ts'

export type SyscallArch = 'x64' | 'arm64'

const NAMES = { x64: expand(X64_SYSCALLS), arm64: expand(ARM64_SYSCALLS) } satisfies Record<SyscallArch, Map<number, string>>
const NUMBERS = { x64: reverse(NAMES.x64), arm64: reverse(NAMES.arm64) } satisfies Record<SyscallArch, Map<string, number>>
const ERRNO_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))
// Two names for one number: the kernel's own wins over the alias that Node lists last.
ERRNO_NAMES.set(constants.errno.EAGAIN, 'EAGAIN')
ERRNO_NAMES.set(constants.errno.EOPNOTSUPP, 'EOPNOTSUPP')

/** `openat` for 257 on x64; `syscall_999` for a number without a name here. */
export function syscallName(nr: number, arch: SyscallArch): string {
  return NAMES[arch].get(nr) ?? `syscall_${nr}`
}

/** The number of a system call on this architecture, undefined where it has none. */
export function syscallNumber(name: string, arch: SyscallArch): number | undefined {
  return NUMBERS[arch].get(name)
}

/** `ECONNREFUSED` for 111; `errno_524` for one without a name here. */
export function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno_${errno}`
}

function expand(runs: readonly NumberedRun[]): Map<number, string> {
  const names = new Map<number, string>()
  for (const [first, text] of runs) for (const [i, name] of text.trim().split(/\s+/).entries()) names.set(first + i, name)
  return names
}

function reverse(names: Map<number, string>): Map<string, number> {
  return new Map([...names].map(([nr, name]) => [name, nr]))
}
