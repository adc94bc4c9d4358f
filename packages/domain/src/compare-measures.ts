import type { Comparison, FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { falseDiscoveryRates } from '@sonde/stats'
import { compareFunctions } from './compare-functions.ts'
import { compareSyscalls } from './compare-syscalls.ts'
import type { ComparisonSide } from './comparison-side.ts'
import type { MeasuredFunctions } from './comparison-units.ts'
import { METHOD } from './judge-measures.ts'
import { measureFunctions } from './measure-functions.ts'

/** `missed`: the change of one function, in the verdict's unit, that would most probably have been found; null where none is tested. */
export type Findings = {
  functions: FunctionFinding[]
  functionsTested: number
  syscalls: SyscallFinding[]
  syscallsTested: number
  differs: boolean | null
  missed: number | null
  paired: boolean
  measured: { a: MeasuredFunctions | null; b: MeasuredFunctions | null }
  divisors: { a: Float64Array | null; b: Float64Array | null }
  rateUnit: string
}

/** Compares two sides: functions by their own samples and by all that they are on, and each system call's rate, errors and times, all as one family of tests. */
export function compareMeasures(a: ComparisonSide, b: ComparisonSide, comparison: Comparison): Findings {
  const measured = { a: measureFunctions(a, 'a', comparison), b: measureFunctions(b, 'b', comparison) }
  const functions = measured.a && measured.b ? compareFunctions(measured.a, measured.b, comparison) : null
  const syscalls = compareSyscalls(a, b, comparison)
  const tested = [...(functions?.tested ?? []), ...syscalls.tested].filter(({ p }) => p !== null)
  const q = falseDiscoveryRates(tested.map(({ p }) => p ?? 1))
  tested.forEach(({ measure }, k) => {
    measure.q = q[k] ?? 1
    measure.significant = measure.q <= METHOD.falseDiscoveryRate
  })
  const found = functions?.findings ?? []
  for (const finding of found) {
    const certain = finding.total.significant || finding.self.significant
    if (certain && finding.total.countA === 0) finding.presence = 'new'
    if (certain && finding.total.countB === 0) finding.presence = 'gone'
  }
  const isTested = (measures: Measure[]) => measures.some((measure) => measure.q !== null)
  return {
    functions: found,
    functionsTested: found.filter(({ self, total }) => isTested([self, total])).length,
    syscalls: syscalls.findings,
    syscallsTested: syscalls.findings.filter((finding) => isTested(measuresOfCall(finding))).length,
    differs: tested.length === 0 ? null : tested.some(({ measure }) => measure.significant),
    missed: functions?.missed(tested.length) ?? null,
    paired: functions?.paired ?? syscalls.paired,
    measured,
    divisors: syscalls.divisors,
    rateUnit: syscalls.rateUnit,
  }
}

export const measuresOfCall = ({ rate, errors, mean, p50, p99 }: SyscallFinding): Measure[] => [rate, errors, mean, p50, p99]
