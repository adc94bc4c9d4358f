import type { Condition, EventProbe, FieldRef, Probe, ProbeHit } from '@sonde/contract'

/** A value that a condition, a group or a column can be made from. */
export type FieldInfo = {
  ref: FieldRef
  /** As it was declared, or what it is, in a few words. */
  type: string
  sort: 'number' | 'text' | 'other'
}

const BUILTINS: readonly FieldInfo[] = [
  { ref: 'comm', type: 'name of the thread', sort: 'text' },
  { ref: 'pid', type: 'process', sort: 'number' },
  { ref: 'tid', type: 'thread', sort: 'number' },
  { ref: 'uid', type: 'user', sort: 'number' },
  { ref: 'cpu', type: 'CPU', sort: 'number' },
]
const DURATION: FieldInfo = { ref: 'duration', type: 'ns since the start', sort: 'number' }

/** User functions have no types: their arguments go by position, of which registers hold six. */
const BY_POSITION = [0, 1, 2, 3, 4, 5].map((index) => ({ name: `arg${index}`, cType: 'by position', sort: 'number' as const }))

function argumentsOf(probe: EventProbe, details: ProbeHit | undefined, prefix: 'args' | 'start'): FieldInfo[] {
  // At a function's return its arguments are gone.
  if ('at' in probe && probe.at === 'return') return []
  const known = details?.arguments ?? []
  const listed = known.length === 0 && probe.kind === 'uprobe' ? BY_POSITION : known
  return listed.map(({ name, cType, sort }) => ({ ref: `${prefix}.${name}`, type: cType, sort: sort === 'pointer' ? 'number' : sort }))
}

function returnOf(probe: EventProbe, details: ProbeHit | undefined): FieldInfo[] {
  if (!('at' in probe) || probe.at !== 'return') return []
  return [{ ref: 'ret', type: details?.returnType ?? 'what it returned', sort: 'number' }]
}

/** Fields of an event of this probe, its own first. */
export function fieldsOfEvent(probe: EventProbe, details: ProbeHit | undefined): FieldInfo[] {
  return [...argumentsOf(probe, details, 'args'), ...returnOf(probe, details), ...BUILTINS]
}

/** Fields of a span at its end. */
export function fieldsOfSpan(
  start: EventProbe,
  startDetails: ProbeHit | undefined,
  end: EventProbe,
  endDetails: ProbeHit | undefined,
): FieldInfo[] {
  return [
    DURATION,
    ...argumentsOf(end, endDetails, 'args'),
    ...returnOf(end, endDetails),
    ...argumentsOf(start, startDetails, 'start'),
    ...BUILTINS,
  ]
}

/** Counters know where they were, and nothing else. */
export function fieldsOfProbe(probe: Probe, details: ProbeHit | undefined): FieldInfo[] {
  return probe.kind === 'pmu' ? [...BUILTINS] : fieldsOfEvent(probe, details)
}

/** Fields that all of several probes have. */
export function commonFields(lists: readonly (readonly FieldInfo[])[]): FieldInfo[] {
  const [first = [], ...others] = lists
  return first.filter((field) => others.every((list) => list.some((other) => other.ref === field.ref)))
}

/** Arguments go by position, too, wherever there are arguments at all. */
function hasPosition(ref: string, fields: readonly FieldInfo[]): boolean {
  const prefix = /^(args\.|start\.)arg\d{1,2}$/.exec(ref)?.[1]
  return prefix !== undefined && fields.some((field) => field.ref.startsWith(prefix))
}

/**
 * What is wrong with conditions that read well but do not fit the probe; null: nothing that is known here. The host has the last word.
 * @param complete false where not everything about the probe is known: an unknown name may then still be right
 */
export function checkConditions(conditions: readonly Condition[], fields: readonly FieldInfo[], complete: boolean): string | null {
  for (const { field, op, value } of conditions) {
    const info = fields.find((f) => f.ref === field)
    if (info === undefined) {
      if (!complete || hasPosition(field, fields)) continue
      return `${field} is not known here. There is ${listWords(fields.map((f) => f.ref))}.`
    }
    if (info.sort === 'text' && typeof value === 'number')
      return `${field} is text: write ${field} ${op === '!=' ? '!=' : '=='} "${value}".`
    if (info.sort === 'number' && typeof value === 'string') return `${field} is a number, "${value}" is text.`
    if (info.sort === 'text' && op !== '==' && op !== '!=') return `${field} is text: it knows == and != alone.`
  }
  return null
}

function listWords(refs: readonly string[]): string {
  const shown = refs.slice(0, 8)
  return shown.join(', ') + (refs.length > shown.length ? ` and ${refs.length - shown.length} more` : '')
}

/** A condition as an example, on a field that a person may well compare: no pointer. */
export function exampleCondition(fields: readonly FieldInfo[]): string {
  const number = fields.find((field) => /^args\.(?!_)/.test(field.ref) && field.sort === 'number' && !field.type.includes('*'))
  return `${number?.ref ?? 'pid'} > 4096 && comm == "nginx"`
}
