import { type CaptureSpec, type Probe, probeLabel, probesOf } from '@sonde/contract'
import { TraceRefusal } from '../trace-errors.ts'
import type { Policy } from './policy.ts'

/**
 * Whether the host's policy allows what a spec asks for, as far as that can be told before anything is looked up: kinds, collectors,
 * durations, rates and filters. Names are judged once they are resolved (check-probes.ts).
 * @throws TraceRefusal policy, with a sentence that names the rule
 */
export function checkSpec(spec: CaptureSpec, policy: Policy): void {
  const { limits } = policy
  if (spec.durationMs > limits.durationMs)
    refuse(policy, 'limits.seconds', `a capture lasts at most ${limits.durationMs / 1000} s, not ${spec.durationMs / 1000} s`)
  for (const instrument of spec.instruments) {
    const { collector } = instrument
    if (!policy.collectors.includes(collector)) refuse(policy, 'collectors', `the collector "${collector}" is not allowed`)
    // They say what programs did, as rows of events do; not just how often.
    if (instrument.collector === 'syscalls' && instrument.objects && !policy.collectors.includes('events'))
      refuse(policy, 'collectors', 'files and addresses of system calls are not allowed where "events" are not')
    for (const probe of probesOf(instrument)) checkKind(probe, policy)
    if (instrument.collector === 'stacks' && instrument.sample.by === 'frequency' && instrument.sample.hz > limits.samplingHz)
      refuse(policy, 'limits.samplingHz', `stacks are sampled at ${limits.samplingHz} Hz at most, not at ${instrument.sample.hz} Hz`)
  }
  if (policy.containersOnly && spec.filter?.kind !== 'container')
    refuse(policy, 'scope.containersOnly', 'only single containers may be traced; filter by container')
  if (policy.uids !== null && (spec.uid === undefined || !policy.uids.includes(spec.uid)))
    refuse(policy, 'scope.uids', `only what runs as one of the users ${policy.uids.join(', ')} may be traced; filter by user`)
}

function checkKind(probe: Probe, policy: Policy): void {
  if (policy.probeKinds.includes(probe.kind)) return
  // Which event samples CPU time is the host's own choice, and every profile is made of it.
  if (probe.kind === 'pmu' && probe.event === 'cpu') return
  refuse(policy, 'probes.kinds', `${probe.kind} probes are not allowed (${probeLabel(probe)})`)
}

/** @throws TraceRefusal always */
export function refuse(policy: Pick<Policy, 'source'>, rule: string, what: string): never {
  const whose = policy.source === null ? 'The built-in policy' : policy.source
  throw new TraceRefusal('policy', `${whose} says (${rule}): ${what}.`)
}
