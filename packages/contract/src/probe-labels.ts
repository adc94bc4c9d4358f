import type { BinaryRef, Probe } from './probe.ts'

/** A probe in the field's notation: `tracepoint:syscalls:sys_enter_openat`, `kretprobe:vfs_read`, `uprobe:libc.so.6:malloc`, `usdt:postgres:postgresql:query__start`. */
export function probeLabel(probe: Probe): string {
  switch (probe.kind) {
    case 'tracepoint':
      return `tracepoint:${probe.category}:${probe.name}`
    case 'kprobe':
      return `${probe.at === 'return' ? 'kretprobe' : 'kprobe'}:${probe.function}`
    case 'uprobe':
      return `${probe.at === 'return' ? 'uretprobe' : 'uprobe'}:${binaryLabel(probe.binary)}:${probe.function}`
    case 'usdt':
      return `usdt:${binaryLabel(probe.binary)}:${probe.provider}:${probe.name}`
    case 'pmu':
      return `pmu:${probe.event}`
  }
}

/** A binary in a few words: its file name, or the process it belongs to. */
export function binaryLabel(binary: BinaryRef): string {
  switch (binary.of) {
    case 'path':
      return binary.path
    case 'library':
      return binary.name
    case 'pid':
      return binary.library ? `${binary.library} of ${binary.pid}` : `pid ${binary.pid}`
    case 'process':
      return binary.library ? `${binary.library} of ${binary.name}` : binary.name
  }
}
