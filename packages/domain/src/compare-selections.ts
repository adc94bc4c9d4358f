import { setImmediate } from 'node:timers/promises'
import { type Actor, type CaptureView, type Comparison, hostFactsSchema, type SideFacts, type Verdict } from '@sonde/contract'
import { LEVEL, QUANTILE_ROUNDS } from '@sonde/stats'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { compareMeasures, type Findings, measuresOfCall } from './compare-measures.ts'
import { comparisonSentences } from './comparison-sentences.ts'
import { type ComparisonSide, readSide, readSideProfile } from './comparison-side.ts'
import { secondsOfWeight, sumOf } from './comparison-units.ts'
import { comparisonWarnings } from './comparison-warnings.ts'
import { METHOD } from './judge-measures.ts'
import { functionUnit } from './measure-functions.ts'
import { newFunctionsBelow } from './new-functions-below.ts'
import { readBuilds } from './read-builds.ts'
import { readCaptureView } from './read-capture-view.ts'

/** Rows of a verdict: what is beyond is small and grey. */
const MAX_FUNCTIONS = 500
const MAX_CALLS = 200

/**
 * What differs between two selections, with how sure it is (docs/decisions/011). Answered from what is merged already; the same comparison of
 * the same results is remembered. Throws `not-found`.
 */
export async function compareSelections(actor: Actor, app: App, comparison: Comparison): Promise<Verdict> {
  authorize(actor, 'capture.read')
  const [a, b] = await Promise.all([readCaptureView(app, comparison.a.capture), readCaptureView(app, comparison.b.capture)])
  const version = sumOf([a, b].flatMap((view) => [...Object.values(view.resultVersion), view.endedAt ? 1 : 0]))
  const key = JSON.stringify(comparison)
  const known = app.verdicts.get(key)
  if (known && known.version >= version) return known.verdict
  const made = await app.verdicts.once(`${key}@${version}`, async () => {
    const verdict = await judgeSelections(app, comparison, { a, b })
    const entry = { version, verdict, sizeBytes: 4_000 + 900 * (verdict.functions.length + verdict.syscalls.length) }
    app.verdicts.put(key, entry)
    return entry
  })
  return made.verdict
}

async function judgeSelections(app: App, comparison: Comparison, views: { a: CaptureView; b: CaptureView }): Promise<Verdict> {
  const [profileA, profileB, kind] = await profilesOf(app, comparison)
  const sides = {
    a: await readSide(app, comparison.a, views.a, { profile: profileA, profileKind: kind }),
    b: await readSide(app, comparison.b, views.b, { profile: profileB, profileKind: kind }),
  }
  // Each step takes tens of milliseconds: others have their turn in between.
  await setImmediate()
  const findings = compareMeasures(sides.a, sides.b, comparison)
  const facts = { a: factsOf(sides.a, 'a', findings, comparison), b: factsOf(sides.b, 'b', findings, comparison) }
  const builds = { a: await readBuilds(app, sides.a), b: await readBuilds(app, sides.b) }
  const kernels = await readKernels(
    app,
    [...sides.a.targets, ...sides.b.targets].map((target) => target.hostId),
  )
  const meta = (profileA ?? profileB)?.meta
  const unit = functionUnit(comparison, meta)
  const functions = [...findings.functions].sort((x, y) => rank(y) - rank(x) || x.name.localeCompare(y.name))
  const syscalls = [...findings.syscalls].sort((x, y) => rankOfCall(y) - rankOfCall(x) || x.name.localeCompare(y.name))
  return {
    comparison,
    a: facts.a,
    b: facts.b,
    functionUnit: unit,
    rateUnit: findings.rateUnit,
    sentences: comparisonSentences({
      functions,
      syscalls,
      whole:
        kind === 'offcpu'
          ? 'waiting'
          : meta && meta.unit === 'samples' && secondsOfWeight(meta) !== null
            ? 'CPU'
            : (meta?.unit ?? 'samples'),
      functionUnit: unit,
      rateUnit: findings.rateUnit,
      newBelow: newFunctionsBelow(findings, sides.b),
      tested: { functions: findings.functionsTested, syscalls: findings.syscallsTested, unitsA: facts.a.units, unitsB: facts.b.units },
      missed: findings.missed,
      differs: findings.differs,
    }),
    differs: findings.differs,
    functions: functions.slice(0, MAX_FUNCTIONS),
    functionsTested: findings.functionsTested,
    syscalls: syscalls.slice(0, MAX_CALLS),
    syscallsTested: findings.syscallsTested,
    warnings: comparisonWarnings(sides, facts, findings, { kernels, builds }),
    method: {
      resamples: QUANTILE_ROUNDS,
      sliceMs: Math.max(0, ...[sides.a, sides.b].map(({ functions: units }) => (units?.sliceUs ?? 0) / 1_000)),
      level: LEVEL,
      falseDiscoveryRate: METHOD.falseDiscoveryRate,
      seed: METHOD.seed,
      paired: findings.paired,
    },
  }
}

/** CPU where both have it, else waits where both have those, else whatever there is. */
async function profilesOf(app: App, { a, b }: Comparison) {
  const cpu = [await readSideProfile(app, a.capture, 'profile'), await readSideProfile(app, b.capture, 'profile')] as const
  if (cpu[0] && cpu[1]) return [...cpu, 'profile'] as const
  const waits = [await readSideProfile(app, a.capture, 'offcpu'), await readSideProfile(app, b.capture, 'offcpu')] as const
  return waits[0] && waits[1] ? ([...waits, 'offcpu'] as const) : ([...cpu, 'profile'] as const)
}

function factsOf(side: ComparisonSide, which: 'a' | 'b', findings: Findings, { by }: Comparison): SideFacts {
  const { view, targets, profile, functions, syscalls } = side
  const measured = findings.measured[which]
  const weight = functions ? sumOf(functions.weight) : 0
  const seconds = profile && profile.meta.unit === 'samples' ? secondsOfWeight(profile.meta) : null
  const starts = targets.flatMap((target) => (target.startedAt ? [target.startedAt.getTime()] : []))
  const window = side.selection.window ? side.selection.window.split('-').map(Number) : null
  const recordedMs = targets.map((target) => {
    const [from, to] = [side.offsetMs(target.hostId), side.offsetMs(target.hostId) + (target.recordedMs ?? 0)]
    return window ? Math.max(0, Math.min(to, window[1] ?? to) - Math.max(from, window[0] ?? 0)) : to - from
  })
  const rates = findings.divisors[which]
  return {
    captureId: view.id,
    title: view.title,
    startedAt: starts.length > 0 ? new Date(Math.min(...starts)) : null,
    hosts: targets.length,
    units: functions ? functions.weight.length : syscalls.host.length,
    samples: functions ? sumOf(functions.events) : 0,
    weight,
    hostSeconds: sumOf(recordedMs) / 1_000,
    cpuSeconds: seconds === null ? null : weight * seconds,
    syscalls: [...syscalls.calls.values()].reduce((sum, call) => sum + sumOf(call.calls), 0),
    lost: targets.reduce(
      (sum, { quality }) => sum + (quality?.lostSamples ?? 0) + (quality?.lostSyscalls ?? 0) + (quality?.lostEvents ?? 0),
      0,
    ),
    divisor: by === 'samples' ? weight : by === 'cpu' ? (seconds === null ? null : weight * seconds) : divisorOf(measured, rates, seconds),
  }
}

/** Wall seconds or requests: what the functions are divided by, or, where there are none, the calls. */
function divisorOf(measured: Findings['measured']['a'], rates: Float64Array | null, seconds: number | null): number | null {
  if (measured) return sumOf(measured.divisor) * (seconds ?? 1)
  return rates ? sumOf(rates) : null
}

/** Of the hosts' facts of today: what they were when the capture was made is not kept. */
async function readKernels(app: App, hostIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await app.db.pool.query<{ id: string; facts: unknown }>('SELECT id, facts FROM hosts WHERE id = ANY($1)', [hostIds])
  return new Map(
    rows.flatMap(({ id, facts }) => {
      const parsed = hostFactsSchema.pick({ kernel: true }).safeParse(facts)
      return parsed.success ? [[id, parsed.data.kernel]] : []
    }),
  )
}

/** Significant ones first, then by the size of the change. */
const rank = ({ self, total }: Findings['functions'][number]): number =>
  Math.max(...[self, total].map(({ significant, change }) => (significant ? 1e6 : 0) + Math.min(1e5, Math.abs(change ?? 0))))

function rankOfCall(finding: Findings['syscalls'][number]): number {
  const { rate, mean } = finding
  const seconds = Math.abs((rate.b ?? 0) * (mean.b ?? 0) - (rate.a ?? 0) * (mean.a ?? 0)) / 1e9
  return (measuresOfCall(finding).some(({ significant }) => significant) ? 1e6 : 0) + Math.min(1e5, seconds)
}
