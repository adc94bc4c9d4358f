import { assertNever, type CollectorId, type Instrument } from '@sonde/contract'
import type { CollectorPlan } from '../capture-plan.ts'
import type { PlanContext } from './collector-plan.ts'
import { planCounts } from './counts-plan.ts'
import { planEvents } from './events-plan.ts'
import { planLatency } from './latency-plan.ts'
import { planOffcpu } from './offcpu-plan.ts'
import { planPmu } from './pmu-plan.ts'
import { planStacks } from './stacks-plan.ts'
import { planSyscalls } from './syscalls-plan.ts'

/** Compiles one instrument. Pure. @throws TraceRefusal where this host cannot run it. */
export function planCollector(instrument: Instrument, context: Omit<PlanContext<CollectorId>, 'instrument'>): CollectorPlan {
  switch (instrument.collector) {
    case 'stacks':
      return planStacks({ ...context, instrument })
    case 'syscalls':
      return planSyscalls({ ...context, instrument })
    case 'counts':
      return planCounts({ ...context, instrument })
    case 'latency':
      return planLatency({ ...context, instrument })
    case 'events':
      return planEvents({ ...context, instrument })
    case 'pmu':
      return planPmu({ ...context, instrument })
    case 'offcpu':
      return planOffcpu({ ...context, instrument })
    default:
      return assertNever(instrument)
  }
}
