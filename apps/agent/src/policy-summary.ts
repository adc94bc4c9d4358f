import type { HostPolicy } from '@sonde/contract'
import { type Confinement, defaultPolicy, type NamePatterns, type Policy } from '@sonde/tracer'

const MAX_RULES = 64
const SHOWN_PATTERNS = 6

/** What the server is told of the policy: limits as numbers, and what is stricter than the defaults as sentences. */
export function summarisePolicy(
  { policy, problem }: { policy: Policy; problem: string | null },
  confinement: Confinement,
  host: { cpuCount: number; memoryBytes: number },
): HostPolicy {
  return {
    source: policy.source,
    problem: problem === null ? null : problem.slice(0, 500),
    probeKinds: [...policy.probeKinds],
    collectors: [...policy.collectors],
    containersOnly: policy.containersOnly,
    uids: policy.uids === null ? null : [...policy.uids],
    limits: policy.limits,
    budget: policy.budget,
    rules: problem === null ? rulesOf(policy, defaultPolicy(host)).slice(0, MAX_RULES) : [],
    cgroup: confinement.cgroup,
    cgroupProblem: confinement.problem,
  }
}

function rulesOf(policy: Policy, defaults: Policy): string[] {
  const rules: string[] = []
  const { limits, budget } = policy
  const missingKinds = defaults.probeKinds.filter((kind) => !policy.probeKinds.includes(kind))
  if (missingKinds.length > 0) rules.push(`No probes of these kinds: ${missingKinds.join(', ')}.`)
  const missingCollectors = defaults.collectors.filter((collector) => !policy.collectors.includes(collector))
  if (missingCollectors.length > 0) rules.push(`Not these collectors: ${missingCollectors.join(', ')}.`)
  rules.push(...patternRules('tracepoints', policy.tracepoints))
  rules.push(...patternRules('kernel functions', policy.kernelFunctions))
  rules.push(...patternRules('functions in these files', policy.binaries))
  if (policy.containersOnly) rules.push('Only single containers may be traced.')
  if (policy.uids !== null) rules.push(`Only what runs as one of these users may be traced: ${policy.uids.join(', ')}.`)
  if (limits.durationMs < defaults.limits.durationMs) rules.push(`A capture lasts at most ${limits.durationMs / 1000} s.`)
  if (limits.samplingHz < defaults.limits.samplingHz) rules.push(`Stacks are sampled at ${limits.samplingHz} Hz at most.`)
  if (limits.concurrentCaptures < defaults.limits.concurrentCaptures) rules.push(`At most ${limits.concurrentCaptures} capture at a time.`)
  if (limits.probesPerPattern < defaults.limits.probesPerPattern)
    rules.push(`A name with * stands for at most ${limits.probesPerPattern} probes.`)
  if (budget.hitsPerSecond < defaults.budget.hitsPerSecond)
    rules.push(`Probes may fire ${budget.hitsPerSecond.toLocaleString('en')} times a second.`)
  if (budget.cores < defaults.budget.cores) rules.push(`Tracing may take ${budget.cores} of a core.`)
  return rules.map((rule) => (rule.length > 300 ? `${rule.slice(0, 299)}…` : rule))
}

function patternRules(what: string, { allow, deny }: NamePatterns): string[] {
  const rules: string[] = []
  if (allow.length === 0) rules.push(`No ${what}.`)
  else if (!allow.includes('*')) rules.push(`Only ${what}: ${shown(allow)}.`)
  if (deny.length > 0) rules.push(`No ${what}: ${shown(deny)}.`)
  return rules
}

function shown(patterns: readonly string[]): string {
  const more = patterns.length - SHOWN_PATTERNS
  return patterns.slice(0, SHOWN_PATTERNS).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
