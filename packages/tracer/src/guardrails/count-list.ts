import { open, readFile } from 'node:fs/promises'
import type { CollectorId, Instrument } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import type { InstrumentProbes } from '../collectors/collector-plan.ts'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import { isEmulatedOnX64, type ProbeCost } from './cost-model.ts'

/** Where a counter goes, in the terms of the kernel. Every text in it was found on this host. */
export type CountPlace =
  | { kind: 'tracepoint'; id: number; event: string }
  | { kind: 'kprobe'; function: string; isReturn: boolean }
  /** `pid`: only in this process, where the capture's own probe would be there only; null: wherever the file is mapped. */
  | { kind: 'uprobe'; path: string; fileOffset: number; semaphoreOffset: number; isReturn: boolean; pid: number | null }
  | { kind: 'pmu'; event: string }

/** One thing to count before a capture starts. */
export type CountItem = {
  /** As in the forecast. */
  label: string
  collector: CollectorId
  cost: ProbeCost
  /** A USDT probe may lie in several places. */
  places: CountPlace[]
  /** One in so many hits is kept, as the spec asks. */
  every: number
}

/** What of a plan matters here. */
export type CountablePlan = {
  scope: TraceScope
  collectors: readonly { id: CollectorId; instrument: Instrument; probes: InstrumentProbes }[]
}

const MAX_PIDS = 16

/** Tracepoints that a collector brings itself. */
const OWN_TRACEPOINTS: Partial<Record<CollectorId, readonly string[]>> = {
  syscalls: ['raw_syscalls:sys_enter', 'raw_syscalls:sys_exit'],
  offcpu: ['sched:sched_switch'],
}

/**
 * What has to be counted before this plan may attach: every event probe. Timed sampling and counters fire as often as they are told to, or
 * cost next to nothing. The probes of `syscalls` and `offcpu` are known and cheap: they are counted where `all` is set.
 */
export async function countListOf(plan: CountablePlan, all: boolean): Promise<CountItem[]> {
  const items: CountItem[] = []
  for (const collector of plan.collectors) {
    // perf puts a breakpoint into the processes it is told to record; the programs of bpftrace are hit by all, and look then.
    const pids =
      collector.id === 'stacks' && plan.scope.kind === 'processes' && plan.scope.pids.length <= MAX_PIDS ? plan.scope.pids : [null]
    for (const probe of [...collector.probes.start, ...collector.probes.fire]) {
      const every = askedEvery(collector.instrument)
      if (collector.id === 'pmu' || every === null) continue
      items.push({ label: probe.label, collector: collector.id, cost: await costOf(probe), places: placesOf(probe, pids), every })
    }
    for (const name of all ? (OWN_TRACEPOINTS[collector.id] ?? []) : []) {
      const id = await tracepointId(name)
      if (id === null) continue
      items.push({
        label: `tracepoint:${name}`,
        collector: collector.id,
        cost: 'tracepoint',
        places: [{ kind: 'tracepoint', id, event: name }],
        every: 1,
      })
    }
  }
  return items
}

/** Null: sampled by time, not by event. */
function askedEvery(instrument: Instrument): number | null {
  if (instrument.collector !== 'stacks') return 1
  const { sample } = instrument
  return sample.by === 'period' ? sample.every : null
}

function placesOf(probe: ResolvedProbe, pids: readonly (number | null)[]): CountPlace[] {
  switch (probe.kind) {
    case 'tracepoint':
      return [{ kind: 'tracepoint', id: probe.id, event: `${probe.category}:${probe.name}` }]
    case 'kprobe':
      return [{ kind: 'kprobe', function: probe.function, isReturn: probe.at === 'return' }]
    case 'uprobe': {
      const { file, fileOffset } = probe
      return pids.map((pid) => ({
        kind: 'uprobe',
        path: file.openPath,
        fileOffset,
        semaphoreOffset: 0,
        isReturn: probe.at === 'return',
        pid,
      }))
    }
    case 'usdt':
      return probe.locations.flatMap(({ fileOffset, semaphoreOffset }) =>
        pids.map((pid) => ({ kind: 'uprobe' as const, path: probe.file.openPath, fileOffset, semaphoreOffset, isReturn: false, pid })),
      )
    case 'pmu':
      return [{ kind: 'pmu', event: probe.event }]
  }
}

async function costOf(probe: ResolvedProbe): Promise<ProbeCost> {
  switch (probe.kind) {
    case 'tracepoint':
    case 'pmu':
      return probe.kind
    case 'kprobe':
      return probe.at === 'return' ? 'kretprobe' : 'kprobe'
    case 'usdt':
      // A nop was compiled in for it.
      return 'uprobe'
    case 'uprobe':
      if (await isStepped(probe.file.openPath, probe.fileOffset)) return probe.at === 'return' ? 'uretprobe-stepped' : 'uprobe-stepped'
      return probe.at === 'return' ? 'uretprobe' : 'uprobe'
  }
}

async function isStepped(path: string, fileOffset: number): Promise<boolean> {
  if (process.arch !== 'x64') return true
  const bytes = new Uint8Array(2)
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return true
  try {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, fileOffset)
    return bytesRead < bytes.length || !isEmulatedOnX64(bytes)
  } finally {
    await file.close()
  }
}

async function tracepointId(name: string): Promise<number | null> {
  const text = await readFile(`/sys/kernel/tracing/events/${name.replace(':', '/')}/id`, 'utf8').catch(() => '')
  return /^\d+\s*$/.test(text) ? Number(text) : null
}
