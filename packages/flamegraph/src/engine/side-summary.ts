import { type ComparedSide, selectSide } from '@sonde/profile'

/** Processes that are offered; the heaviest. */
const MAX_PROCESSES = 200
/** Columns of the chart that a stretch of time is chosen in. */
const MAX_SLICES = 240

/** One side of a comparison, and what else of its capture could be selected. Weights in `unit`. */
export type SideSummary = {
  unit: ComparedSide['profile']['meta']['unit']
  timed: boolean
  /** What is selected. */
  weight: number
  count: number
  /** Processes of the selected hosts at any time, heaviest first; `comm` that of the first sample. */
  processes: { hostId: string; hostName: string; pid: number; comm: string; weight: number }[]
  processesInAll: number
  /** Weight of the selected hosts and process over time, whatever time is selected. */
  overTime: { stepMs: number; weights: number[] }
}

export function summarizeSide({ profile, selection }: ComparedSide): SideSummary {
  const { meta, samples, threads, hosts, strings } = profile
  const weightOf = (i: number) => samples.weight[i] ?? 0

  const selected = selectSide(profile, selection)
  let [weight, count] = [0, 0]
  for (let i = selected.from; i < selected.to; i++) {
    if (selected.keptThreads[samples.thread[i] ?? 0] === 0) continue
    weight += weightOf(i)
    count += meta.unit === 'samples' ? weightOf(i) : (samples.count[i] ?? 1)
  }

  const { window: _, ...atAnyTime } = selection
  const ofProcess = selectSide(profile, atAnyTime)
  const steps = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000]
  const lastMs = Math.max(meta.durationMs, (samples.timeUs[samples.length - 1] ?? 0) / 1_000)
  const stepMs = steps.find((step) => lastMs / step <= MAX_SLICES) ?? Math.ceil(lastMs / MAX_SLICES)
  const weights = new Array<number>(Math.max(1, Math.ceil(lastMs / stepMs))).fill(0)
  for (let i = 0; i < samples.length; i++) {
    if (ofProcess.keptThreads[samples.thread[i] ?? 0] === 0) continue
    const at = Math.min(weights.length - 1, Math.max(0, Math.floor((samples.timeUs[i] ?? 0) / 1_000 / stepMs)))
    weights[at] = (weights[at] ?? 0) + weightOf(i)
  }

  const { process: __, ...ofAnyProcess } = atAnyTime
  const ofHosts = selectSide(profile, ofAnyProcess)
  const found = new Map<string, SideSummary['processes'][number]>()
  for (let i = 0; i < samples.length; i++) {
    const thread = samples.thread[i] ?? 0
    if (ofHosts.keptThreads[thread] === 0) continue
    const host = threads.host[thread] ?? 0
    const pid = threads.pid[thread] ?? -1
    if (pid < 0) continue
    const key = `${host} ${pid}`
    const known = found.get(key)
    if (known) known.weight += weightOf(i)
    else {
      const comm = strings[threads.comm[thread] ?? 0] ?? ''
      found.set(key, { hostId: hosts.id[host] ?? '', hostName: hosts.name[host] ?? '', pid, comm, weight: weightOf(i) })
    }
  }
  const processes = [...found.values()].sort((a, b) => b.weight - a.weight)
  return {
    ...{ unit: meta.unit, timed: meta.timed, weight, count },
    processes: processes.slice(0, MAX_PROCESSES),
    processesInAll: processes.length,
    overTime: { stepMs, weights },
  }
}
