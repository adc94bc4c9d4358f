import { cpus, freemem, loadavg, totalmem } from 'node:os'
import type {
  CaptureSpec,
  ForecastAnswer,
  HostFacts,
  HostLoad,
  HostPolicy,
  PlanPreview,
  ProcessList,
  ThresholdSample,
} from '@sonde/contract'
import {
  type CaptureHooks,
  type CaptureOutcome,
  createLoadReader,
  createThresholdReader,
  detectFacts,
  forecastCapture,
  type Guard,
  listProcesses,
  type NamePatterns,
  planWithin,
  previewWithin,
  runWithin,
  TraceRefusal,
} from '@sonde/tracer'
import { errorText } from './durable-file.ts'
import type { Log } from './log.ts'
import { POLICY_FILE, PolicyFile } from './policy-file.ts'

/** Forecasts that may wait for their turn: a person has given up before a longer queue is through. */
const MAX_WAITING_FORECASTS = 4

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
  /** What thresholds are about, for a call every second or two. Never throws. */
  readThresholds(): Promise<ThresholdSample>
  listProcesses(): Promise<ProcessList>
  /** What the host allows, read anew where it has changed. Never throws: a policy that cannot be obeyed says so. */
  policy(): Promise<HostPolicy>
  /** Files that user-space probes may lie in. Throws TraceRefusal where the policy allows no such probes at all. */
  allowedBinaries(): Promise<NamePatterns>
  /** Checks and compiles a spec, within the host's policy. Throws TraceRefusal. */
  plan(spec: CaptureSpec, facts: HostFacts): Promise<Recording>
  preview(spec: CaptureSpec, facts: HostFacts): Promise<PlanPreview>
  /** Attaches the spec's probes for a second, to count them. One at a time. Never throws. */
  forecast(spec: CaptureSpec, facts: HostFacts, signal: AbortSignal): Promise<ForecastAnswer>
}

export type TracingOptions = {
  agentVersion: string
  hostName: string | null
  bpfHelper: string | null
  /** Null: the usual place, where none need be. */
  policyFile: string | null
  log: Log
}

/** The real one: `@sonde/tracer`. */
export function createTracing(options: TracingOptions): Tracing {
  const readLoad = process.platform === 'linux' ? createLoadReader() : readPortableLoad
  const policy = new PolicyFile({
    file: options.policyFile ?? POLICY_FILE,
    required: options.policyFile !== null,
    host: { cpuCount: Math.max(1, cpus().length), memoryBytes: totalmem() },
    log: options.log,
  })
  const guard = async (facts: HostFacts): Promise<Guard> => ({ facts, ...(await policy.inForce()) })
  let forecasts: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    detectFacts: () =>
      detectFacts({ agentVersion: options.agentVersion, hostname: options.hostName ?? undefined, bpfHelper: options.bpfHelper }),
    readLoad,
    readThresholds: createThresholdReader(),
    listProcesses,
    policy: () => policy.summary(),
    allowedBinaries: async () => {
      const { policy: rules } = await policy.inForce()
      if (rules.probeKinds.includes('uprobe') || rules.probeKinds.includes('usdt')) return rules.binaries
      throw new TraceRefusal('policy', 'The policy of this host allows no probes in programs (probes.kinds).')
    },
    plan: async (spec, facts) => {
      const within = await guard(facts)
      const plan = await planWithin(spec, within)
      return { run: (hooks) => runWithin(plan, within, hooks), release: () => plan.release() }
    },
    preview: async (spec, facts) => {
      const within = await guard(facts).catch(refusal)
      return 'ok' in within ? within : previewWithin(spec, within)
    },
    forecast: (spec, facts, signal) => {
      if (waiting >= MAX_WAITING_FORECASTS)
        return Promise.resolve({ ok: false, reason: 'busy', message: 'This host is counting for others; try again in a moment.' })
      waiting++
      const turn = forecasts.then(async (): Promise<ForecastAnswer> => {
        const within = await guard(facts).catch(refusal)
        return 'ok' in within ? within : forecastCapture(spec, within, signal)
      })
      forecasts = turn.catch(() => undefined).finally(() => waiting--)
      return turn
    },
  }
}

/** Without /proc there is no share of time; load and memory are known everywhere. */
async function readPortableLoad(): Promise<HostLoad> {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg()
  return { load1, load5, load15, cpuBusy: null, ioWait: null, memoryUsedBytes: totalmem() - freemem() }
}

function refusal(error: unknown): { ok: false; reason: string; message: string } {
  return { ok: false, reason: error instanceof TraceRefusal ? error.reason : 'internal', message: errorText(error) }
}
