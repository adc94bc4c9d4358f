import type { Comparison } from '@sonde/contract'
import { functionUnits } from '@sonde/profile'
import { compareMeasures, type Findings } from '../../packages/domain/src/compare-measures.ts'
import { type ComparisonSide, SLICES } from '../../packages/domain/src/comparison-side.ts'
import { addSyscallSnapshot, emptySyscallSlices } from '../../packages/domain/src/syscall-slices.ts'
import { syscallUnits } from '../../packages/domain/src/syscall-units.ts'
import type { Recording } from './record.ts'

const HOST = 'bench-host'
const offsetMs = () => 0

/** A recording as the server has it after reading a capture: what `compareSelections` hands to the statistics. */
export function sideOf({ profile, snapshots, facts }: Recording): ComparisonSide {
  const slices = emptySyscallSlices()
  for (const snapshot of snapshots) addSyscallSnapshot(slices, HOST, snapshot)
  const target = { hostId: HOST, recordedMs: facts.recordedMs }
  const side: Pick<ComparisonSide, 'profile' | 'functions' | 'syscalls' | 'offsetMs'> = {
    profile,
    functions: functionUnits(profile, { slices: SLICES }),
    syscalls: syscallUnits(slices, { keepHost: () => true, pid: null, window: undefined, offsetMs }),
    offsetMs,
  }
  return Object.assign(Object.create({ targets: [target] }), side)
}

export function compareRecordings(a: ComparisonSide, b: ComparisonSide, by: Comparison['by'] = 'samples'): Findings {
  const selection = { capture: 'bench', host: '', rest: false, process: '', window: '' }
  return compareMeasures(a, b, { a: selection, b: selection, by, requests: null })
}
