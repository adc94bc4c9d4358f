/** What is drawn over time and ranks the system calls: calls, failed calls, time spent in them, their 99th percentile. */
export const SYSCALL_MEASURES = ['calls', 'errors', 'time', 'p99'] as const
export type SyscallMeasure = (typeof SYSCALL_MEASURES)[number]
