import {
  type ComparedFunctions,
  GROUP_KIND,
  type HostFunctionShares,
  hostFunctions,
  type Profile,
  type SampleSelection,
} from '@sonde/profile'
import { jensenShannonTerm, MIN_UNITS, oddOnesOut, restOf, sharesOf, type UnitDistance } from '@sonde/stats'

export type OddStacksQuestion = Pick<SampleSelection, 'window'>

/** How far each host's stacks are from those of the others, in no particular order. */
export type OddStacks = {
  /** Hosts that can be judged; none where there are fewer than three of them. */
  hosts: OddStacksHost[]
  /** Hosts that have too few samples, or too few moments with any, to tell what they do from chance; or all, where samples have no times. */
  tooFew: { id: string; name: string; samples: number }[]
  isTimed: boolean
  /** Functions that were looked at one by one; beyond them so many were taken as one. */
  functions: number
  leftOut: number
}
export type OddStacksHost = UnitDistance & { id: string; name: string; samples: number; reasons: StackReason[] }

/** What adds the most to the distance. Shares are of the host's samples, and the mean of those of the other hosts. */
export type StackReason = {
  name: string
  module: string
  /** FRAME_KIND, or GROUP_KIND.process: a process by its name. */
  kind: number
  by: 'self' | 'total'
  here: number
  elsewhere: number
}

/** With fewer, a tenth of what a host does could be chance. */
export const MIN_SAMPLES = 200
const MIN_SLICES = 5
const MAX_REASONS = 6
/** Of the distance: what adds less explains nothing. */
const LEAST_PART = 0.02

/**
 * The distance is the mean of two divergences: of functions by their own samples (self), and of functions by the samples that they are
 * anywhere in (total), each as a distribution: hosts that end in the same functions by another way differ in the second.
 */
export function answerOddStacks(profile: Profile, { window }: OddStacksQuestion): OddStacks {
  const { functions, hosts, leftOut } = hostFunctions(profile, { window })
  const isTimed = profile.meta.timed
  const canJudge = (host: HostFunctionShares) =>
    isTimed && host.samples >= MIN_SAMPLES && host.slices.filter((slice) => slice !== null).length >= MIN_SLICES
  const judged = hosts.filter(canJudge)
  const answer = { isTimed, functions: functions.length - 1, leftOut }
  const tooFew = hosts.filter((host) => !canJudge(host)).map(({ id, name, samples }) => ({ id, name, samples }))
  if (judged.length < MIN_UNITS) return { ...answer, hosts: [], tooFew }

  const parts = [0, functions.length, 2 * functions.length]
  const distances = oddOnesOut(judged, { parts })
  const shares = judged.map((host) => sharesOf(host, parts))
  const rest = restOf(shares)
  const ofSamples = judged.map((host) => sampleShares(host, functions))
  const restOfSamples = restOf(ofSamples)
  return {
    ...answer,
    hosts: judged.map(({ id, name, samples }, h): OddStacksHost => {
      const distance = distances[h]
      const own = shares[h]
      const here = ofSamples[h]
      if (!distance || !own || !here) throw new Error('a host without a distance')
      const others = rest.without([own])
      const bits = own.map((share, i) => jensenShannonTerm(share, others[i] ?? 0) / (parts.length - 1))
      const elsewhere = restOfSamples.without([here])
      return { ...distance, id, name, samples, reasons: reasonsOf(functions, bits, { here, elsewhere }, distance.distance) }
    }),
    tooFew,
  }
}

/** By category as in FunctionSlice: the share of all of the host's weight. */
function sampleShares(host: HostFunctionShares, { length }: ComparedFunctions): Float64Array {
  const shares = new Float64Array(2 * length)
  for (const slice of host.slices) {
    slice?.index.forEach((category, k) => {
      shares[category] = (shares[category] ?? 0) + (slice.weight[k] ?? 0) / (host.weight || 1)
    })
  }
  return shares
}

function reasonsOf(
  { length, name, module, kind }: ComparedFunctions,
  bits: Float64Array,
  { here, elsewhere }: { here: Float64Array; elsewhere: Float64Array },
  distance: number,
): StackReason[] {
  const order = Array.from(bits.keys()).filter((i) => (bits[i] ?? 0) > LEAST_PART * distance && kind[i % length] !== GROUP_KIND.root)
  const reasons: StackReason[] = []
  const named = new Set<number>()
  for (const category of order.sort((a, b) => (bits[b] ?? 0) - (bits[a] ?? 0) || a - b)) {
    if (reasons.length === MAX_REASONS) break
    const f = category % length
    const reason: StackReason = {
      name: name[f] ?? '',
      module: module[f] ?? '',
      kind: kind[f] ?? 0,
      by: category < length ? 'self' : 'total',
      here: here[category] ?? 0,
      elsewhere: elsewhere[category] ?? 0,
    }
    // What calls nothing else, and is called from nowhere else, differs by as much as its caller: one of them is enough.
    const isSame = (other: StackReason) =>
      Math.abs(other.here - reason.here) < 0.02 * reason.here + 1e-9 &&
      Math.abs(other.elsewhere - reason.elsewhere) < 0.02 * reason.elsewhere + 1e-9
    if (named.has(f) || (reason.by === 'total' && reason.kind !== GROUP_KIND.process && reasons.some(isSame))) continue
    named.add(f)
    reasons.push(reason)
  }
  return reasons
}
