import { assertNever } from '@sonde/contract'
import type { CollectorPlan } from '../capture-plan.ts'
import type { Collector } from './collector.ts'
import { CountsCollector } from './counts-collector.ts'
import { EventsCollector } from './events-collector.ts'
import { LatencyCollector } from './latency-collector.ts'
import { OffcpuCollector } from './offcpu-collector.ts'
import { PmuCollector } from './pmu-collector.ts'
import { StacksCollector } from './stacks-collector.ts'
import { SyscallsCollector } from './syscalls-collector.ts'

/** Starts the tools of one planned instrument: from here on something runs, until its `close`. */
export function startCollector(plan: CollectorPlan): Collector {
  switch (plan.id) {
    case 'stacks':
      return new StacksCollector(plan)
    case 'syscalls':
      return new SyscallsCollector(plan)
    case 'counts':
      return new CountsCollector(plan)
    case 'latency':
      return new LatencyCollector(plan)
    case 'events':
      return new EventsCollector(plan)
    case 'pmu':
      return new PmuCollector(plan)
    case 'offcpu':
      return new OffcpuCollector(plan)
    default:
      return assertNever(plan)
  }
}
