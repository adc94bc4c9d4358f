import {
  type BinaryRef,
  type CatalogueEntry,
  type KprobeEntry,
  PROBE_REFUSALS,
  type Probe,
  type ProbeArgumentView,
  type TracepointEntry,
  type UsdtEntry,
} from '@sonde/contract'

/** A catalogue's entry as a spec would ask for it: functions at their entry. `binary`: what a user-space probe lies in. */
export function probeOfEntry(entry: CatalogueEntry, binary: BinaryRef): Probe {
  switch (entry.kind) {
    case 'tracepoint': {
      const [category, name] = splitId(entry.id)
      return { kind: 'tracepoint', category, name }
    }
    case 'kprobe':
      return { kind: 'kprobe', function: entry.id, at: 'entry' }
    case 'uprobe':
      return { kind: 'uprobe', binary, function: entry.id, at: 'entry' }
    case 'usdt': {
      const [provider, name] = splitId(entry.id)
      return { kind: 'usdt', binary, provider, name }
    }
    case 'pmu':
      return { kind: 'pmu', event: entry.id }
  }
}

/** By what a catalogue lists a probe. */
export function entryIdOf(probe: Probe): string {
  switch (probe.kind) {
    case 'tracepoint':
      return `${probe.category}:${probe.name}`
    case 'kprobe':
    case 'uprobe':
      return probe.function
    case 'usdt':
      return `${probe.provider}:${probe.name}`
    case 'pmu':
      return probe.event
  }
}

function splitId(id: string): [string, string] {
  const at = id.indexOf(':')
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)]
}

/** Values that the probe has when it fires. Of user functions nothing is known: their arguments go by position. */
export function argumentsOfEntry(entry: CatalogueEntry): ProbeArgumentView[] {
  switch (entry.kind) {
    case 'tracepoint':
      return entry.fields.slice(0, 64).map((field) => ({ name: field.name, cType: field.cType, sort: fieldSort(field) }))
    case 'kprobe':
      return (entry.signature?.arguments ?? []).map(({ name, cType, kind }) => ({ name, cType, sort: valueSort(kind, cType) }))
    case 'usdt':
      return entry.arguments.map((argument, i) => ({ name: `arg${i}`, cType: integerName(argument), sort: 'number' }))
    case 'uprobe':
    case 'pmu':
      return []
  }
}

const TEXT_POINTER = /^(const )?char \*$/

function fieldSort({ kind, cType }: TracepointEntry['fields'][number]): ProbeArgumentView['sort'] {
  switch (kind) {
    case 'int':
    case 'uint':
    case 'bool':
      return 'number'
    case 'char-array':
    case 'dynamic-string':
      return 'text'
    case 'pointer':
      return TEXT_POINTER.test(cType) ? 'text' : 'pointer'
    case 'dynamic-array':
    case 'array':
    case 'other':
      return 'other'
  }
}

type ValueKind = NonNullable<KprobeEntry['signature']>['returns']['kind']
function valueSort(kind: ValueKind, cType: string): ProbeArgumentView['sort'] {
  if (kind === 'pointer') return TEXT_POINTER.test(cType) ? 'text' : 'pointer'
  return kind === 'other' || kind === 'void' ? 'other' : 'number'
}

/** `int32_t`, `uint64_t`: the note knows width and sign, and nothing else. */
const integerName = ({ size, signed }: UsdtEntry['arguments'][number]) => `${signed ? '' : 'u'}int${size * 8}_t`

export function returnTypeOfEntry(entry: CatalogueEntry): string | null {
  return entry.kind === 'kprobe' && entry.signature !== null && entry.signature.returns.kind !== 'void'
    ? entry.signature.returns.cType
    : null
}

/** What is known in words; null where there is nothing to say. */
export function docOfEntry(entry: CatalogueEntry): string | null {
  switch (entry.kind) {
    case 'tracepoint':
      return entry.printFmt || null
    case 'kprobe':
      return entry.module === null ? null : `In the module ${entry.module}.`
    case 'uprobe':
      return entry.label === null ? null : `Symbol ${entry.id}`
    case 'usdt':
      return `Stands at ${entry.sites === 1 ? 'one place' : `${entry.sites} places`} in the code.`
    case 'pmu':
      return entry.sampled ? entry.description : `${entry.description} It can be counted, not sampled.`
  }
}

/** What it belongs to; '' for the kernel itself. */
export function groupOfEntry(entry: CatalogueEntry, binaryLabel: string): string {
  switch (entry.kind) {
    case 'tracepoint':
    case 'usdt':
      return splitId(entry.id)[0]
    case 'kprobe':
      return entry.module ?? ''
    case 'uprobe':
      return binaryLabel
    case 'pmu':
      return entry.group
  }
}

export const refusalWords = (refusal: keyof typeof PROBE_REFUSALS): string => PROBE_REFUSALS[refusal]
