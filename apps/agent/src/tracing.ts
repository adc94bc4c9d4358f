import { freemem, loadavg, totalmem } from 'node:os'
import type { CaptureSpec, HostFacts, HostLoad, PlanPreview, ProcessList } from '@sonde/contract'
import {
  type CaptureHooks,
  type CaptureOutcome,
  createLoadReader,
  detectFacts,
  listProcesses,
  planCapture,
  previewPlan,
  runCapture,
} from '@sonde/tracer'

/** A planned capture, ready to run once. */
export type Recording = {
  run(hooks: CaptureHooks): Promise<CaptureOutcome>
  /** For one that is not run after all: lets go of what the plan holds open. May be called in any case. */
  release(): void
}

/** What the agent needs of the machine it runs on. The plan stays the tracer's own: the agent only ever runs it. */
export type Tracing = {
  detectFacts(): Promise<HostFacts>
  readLoad(): Promise<HostLoad>
  listProcesses(): Promise<ProcessList>
  /** Checks and compiles a spec. Throws TraceRefusal. */
  plan(spec: CaptureSpec, facts: HostFacts): Promise<Recording>
  preview(spec: CaptureSpec, facts: HostFacts): Promise<PlanPreview>
}

/** The real one: `@sonde/tracer`. */
export function createTracing(options: { agentVersion: string; hostName: string | null }): Tracing {
  const readLoad = process.platform === 'linux' ? createLoadReader() : readPortableLoad
  return {
    detectFacts: () => detectFacts({ agentVersion: options.agentVersion, hostname: options.hostName ?? undefined }),
    readLoad,
    listProcesses,
    plan: async (spec, facts) => {
      const plan = await planCapture(spec, facts)
      return { run: (hooks) => runCapture(plan, hooks), release: () => plan.release() }
    },
    preview: previewPlan,
  }
}

/** Without /proc there is no share of time; load and memory are known everywhere. */
async function readPortableLoad(): Promise<HostLoad> {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg()
  return { load1, load5, load15, cpuBusy: null, ioWait: null, memoryUsedBytes: totalmem() - freemem() }
}
