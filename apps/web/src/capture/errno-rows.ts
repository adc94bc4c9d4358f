import type { SyscallLine } from './syscall-rows.ts'

/** One errno over all lines of a selection; `syscalls` and `processes` with what they add to it, the most first. */
export type ErrnoRow = {
  errno: number
  name: string
  calls: number
  syscalls: { name: string; calls: number }[]
  processes: { key: string; hostId: string; hostName: string; pid: number; comm: string; calls: number }[]
}

/** The failed calls of the lines by errno, most frequent first. */
export function errnoRows(lines: readonly SyscallLine[]): ErrnoRow[] {
  type Sums = { name: string; calls: number; syscalls: Map<string, number>; processes: Map<string, { line: SyscallLine; calls: number }> }
  const byErrno = new Map<number, Sums>()
  for (const line of lines) {
    for (const { errno, name, count } of line.errors) {
      const sums = byErrno.get(errno) ?? { name, calls: 0, syscalls: new Map(), processes: new Map() }
      byErrno.set(errno, sums)
      sums.calls += count
      sums.syscalls.set(line.name, (sums.syscalls.get(line.name) ?? 0) + count)
      sums.processes.set(line.process, { line, calls: (sums.processes.get(line.process)?.calls ?? 0) + count })
    }
  }
  const mostFirst = (a: { calls: number }, b: { calls: number }) => b.calls - a.calls
  return [...byErrno]
    .map(
      ([errno, { name, calls, syscalls, processes }]): ErrnoRow => ({
        errno,
        name,
        calls,
        syscalls: [...syscalls].map(([syscall, some]) => ({ name: syscall, calls: some })).sort(mostFirst),
        processes: [...processes]
          .map(([key, { line, calls: some }]) => ({
            key,
            hostId: line.hostId,
            hostName: line.hostName,
            pid: line.pid,
            comm: line.comm,
            calls: some,
          }))
          .sort(mostFirst),
      }),
    )
    .sort((a, b) => b.calls - a.calls || a.errno - b.errno)
}
