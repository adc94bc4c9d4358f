import type { ResultSplit } from '@sonde/contract'

/** What there is to tell rows apart by. `key`: the instrument's groupBy. */
export type OwnerShape = { by: ResultSplit; manyHosts: boolean; manyProbes: boolean; key: string | null }

/** Which columns say what a row is about. */
export function ownerColumns({ by, manyHosts, manyProbes, key }: OwnerShape): {
  process: boolean
  host: boolean
  probe: boolean
  key: string | null
} {
  return {
    process: by === 'row' || by === 'process',
    host: by === 'host' || (manyHosts && (by === 'row' || by === 'process')),
    probe: by === 'probe' || (by === 'row' && manyProbes),
    key: by === 'key' || by === 'row' ? key : null,
  }
}

/** What rows can be split by, with words; only what would tell anything apart. */
export function splitChoices({ manyHosts, manyProbes, key }: Omit<OwnerShape, 'by'>): { value: ResultSplit; label: string }[] {
  const choices: { value: ResultSplit; label: string }[] = []
  if (key !== null) choices.push({ value: 'key', label: `by ${key}` })
  if (manyProbes) choices.push({ value: 'probe', label: 'by probe' })
  choices.push({ value: 'process', label: 'by process' })
  if (manyHosts) choices.push({ value: 'host', label: 'by host' })
  if (key !== null || manyProbes) choices.push({ value: 'row', label: 'all apart' })
  return choices
}
