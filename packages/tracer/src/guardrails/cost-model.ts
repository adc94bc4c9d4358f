import type { CollectorId } from '@sonde/contract'

/**
 * What one hit costs the thread that hits, in ns. An estimate for forecasts, rounded up, never shown as a measurement.
 *
 * Measured in a virtual machine with kernel 6.18, where traps are dear: raw_syscalls with a BPF count +170 to +290 per hit; with bpftrace's
 * map by process +620; with perf record +1,500; uprobe with a BPF count 720 to 1,210 where the first instruction is emulated (`push`, `nop`,
 * jumps) and 11,900 to 14,110 where it is single-stepped; the same with perf record 3,220 and 20,900; with a return probe 1,190 and 20,700,
 * entry included. The kprobe rows are not from there (that kernel has none): they assume a breakpoint trap, which is what a kprobe costs
 * where the kernel can neither use ftrace nor a jump for it.
 */
export const PROBE_COSTS = [
  'tracepoint',
  'kprobe',
  'kretprobe',
  'uprobe',
  'uprobe-stepped',
  'uretprobe',
  'uretprobe-stepped',
  'pmu',
] as const
export type ProbeCost = (typeof PROBE_COSTS)[number]

/** That it fires at all, whatever is then done or filtered away. `uretprobe`: its trap at the entry included. `pmu`: one overflow, see `firesOf`. */
export const FIRE_NS: Readonly<Record<ProbeCost, number>> = {
  tracepoint: 150,
  kprobe: 600,
  kretprobe: 1_200,
  uprobe: 1_100,
  'uprobe-stepped': 14_000,
  uretprobe: 2_000,
  'uretprobe-stepped': 21_000,
  pmu: 500,
}

/** How many of so many hits cost anything: a counter only stops the CPU once in `every`, all others each time. */
export const firesOf = (cost: ProbeCost, hits: number, every: number): number => (cost === 'pmu' ? hits / every : hits)

/**
 * What the collector does with a hit that it keeps. `stacks`: unwinding both sides and the record (3,220 − 1,100, and half a microsecond for
 * deep stacks). `events`: the record, and printing it as text, which happens in the tool.
 */
export const KEEP_NS: Readonly<Record<CollectorId, number>> = {
  counts: 500,
  latency: 600,
  events: 4_000,
  stacks: 2_600,
  syscalls: 100,
  offcpu: 2_000,
  pmu: 0,
}

/** What finding out which file a call is about adds to it: 455 ns of CPU time for each call of `dd bs=1` (bench/syscalls.ts does the same). */
const OBJECT_NS = 500

/** What agent and tools use afterwards for a kept hit: reading, naming, folding (bench/README.md: 7.7 µs for a sample of a stack). */
export const HANDLE_NS: Readonly<Record<CollectorId, number>> = {
  counts: 0,
  latency: 0,
  events: 8_000,
  stacks: 10_000,
  syscalls: 0,
  offcpu: 0,
  pmu: 0,
}

/** What a tool uses however little happens, of one core: reading its maps or buffers. */
export const IDLE_CORES = 0.01

/** Bytes of result for a kept hit, gzipped; for collectors that aggregate, bytes per second for each probe. */
export const RESULT_BYTES: Readonly<Record<CollectorId, { perHit: number; perSecond: number }>> = {
  counts: { perHit: 0, perSecond: 500 },
  latency: { perHit: 0, perSecond: 1_000 },
  events: { perHit: 30, perSecond: 100 },
  stacks: { perHit: 4, perSecond: 500 },
  syscalls: { perHit: 0, perSecond: 5_000 },
  offcpu: { perHit: 0, perSecond: 10_000 },
  pmu: { perHit: 0, perSecond: 500 },
}

/**
 * Whether x86-64's uprobes emulate this first instruction instead of single-stepping a copy of it, which costs ten times as much
 * (arch/x86/kernel/uprobes.c: jumps, call, conditional jumps, one-byte nop, push of a register). `bytes`: at least the first two.
 */
export function isEmulatedOnX64(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  if (first === 0x90 || first === 0xeb || first === 0xe9 || first === 0xe8) return true
  if (first >= 0x70 && first <= 0x7f) return true
  if (first === 0x0f && second >= 0x80 && second <= 0x8f) return true
  const isPush = (byte: number) => byte >= 0x50 && byte <= 0x57
  return isPush(first) || (first === 0x41 && isPush(second))
}

/** What one hit that a collector tells of costs the threads that are recorded, where no dry count says better. A system call has two ends. */
export function usualThreadNs(collector: CollectorId, { objects = false }: { objects?: boolean | undefined } = {}): number {
  if (collector === 'syscalls') return 2 * (FIRE_NS.tracepoint + KEEP_NS.syscalls) + (objects ? OBJECT_NS : 0)
  return FIRE_NS.tracepoint + KEEP_NS[collector]
}
