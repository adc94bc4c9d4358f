import { assertNever, type Condition, type FieldRef } from '@sonde/contract'
import type { KprobeDefinition, ProbeDefinition, ProbeValue, UprobeDefinition } from '../native/probe-definition.ts'
import type { ArgumentType, ProbeArgument, ResolvedProbe } from '../probes/resolved-probe.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { CALLER, type FetchArch, functionArgument, kernelArgument, RETURN_VALUE, typedFetch, usdtOperand } from './fetch-argument.ts'
import { allOf, numberPredicate, textPredicate } from './kernel-filter.ts'
import type { AgentCondition } from './sample-filter.ts'

/** One event as perf record gets it. Counters have no event of this sort: see stacks-plan. */
export type PerfEvent = {
  /** `category:name`, after `-e`; of events that have to be made, `probeN` alone: their category is known once they are. */
  selector: string
  /** After `--filter`; null for none. */
  filter: string | null
  /** What the probe guard makes, so that the event is there before perf starts; null for the kernel's own tracepoints. */
  definition: ProbeDefinition | null
  /** Field of the record that a sample weighs; null: 1. */
  weightField: string | null
}

export type PerfEvents = { events: PerfEvent[]; agentConditions: AgentCondition[] }

export type PerfEventsInput = {
  probes: readonly Exclude<ResolvedProbe, { kind: 'pmu' }>[]
  when: readonly Condition[]
  weight: FieldRef | null
  arch: FetchArch
  /** User-space stacks are recorded: at a function's entry the caller is fetched too, which frame pointers do not tell yet. */
  userStacks: boolean
  /** A process whose own events are left out: the agent. */
  exceptPid: number | null
}

/** Values of a record that conditions and weights refer to, and their names in it. Asking for one may add it to the event's definition. */
type EventFields = {
  argument(name: string): RecordField
  returned(): RecordField
}
type RecordField = {
  name: string
  type: ArgumentType
  /** The record keeps it as a word of 8 unsigned bytes. */
  asWord: boolean
}

/**
 * Probes as perf events, with what must be true of them as filters in the kernel.
 * @throws TraceRefusal bad-spec for conditions that make no sense at these probes
 */
export function perfEventsOf(input: PerfEventsInput): PerfEvents {
  const agentConditions: AgentCondition[] = []
  const kernelConditions: Condition[] = []
  for (const condition of input.when) {
    if (condition.field !== 'pid' && condition.field !== 'uid') kernelConditions.push(condition)
    else agentConditions.push({ field: condition.field, op: condition.op, value: numberIn(condition) })
  }
  const events: PerfEvent[] = []
  for (const probe of input.probes) {
    switch (probe.kind) {
      case 'tracepoint':
        events.push({
          selector: `${word(probe.category)}:${word(probe.name)}`,
          definition: null,
          ...conditionsOn(probe.label, tracepointFields(probe), kernelConditions, input),
        })
        break
      case 'kprobe':
      case 'uprobe':
        events.push(madeEvent(probe.label, functionProbe(probe, events.length, input), kernelConditions, input))
        break
      case 'usdt':
        for (const location of probe.locations) {
          const place = { openPath: probe.file.openPath, fileOffset: location.fileOffset, semaphoreOffset: location.semaphoreOffset }
          const values = new FetchedValues()
          const definition = { kind: 'uprobe', event: events.length, at: 'entry', ...place } as const
          const fields: EventFields = {
            argument: (name) => {
              const argument = findArgument(probe.label, probe.arguments, name)
              const operand = usdtOperand(location.operands[argument.position ?? -1] ?? '', input.arch)
              const fetch = operand && typedFetch(operand, argument.type)
              if (fetch === null) throw new TraceRefusal('bad-spec', `${probe.label} keeps args.${name} where perf cannot read it.`)
              return { name: values.fetch(name, fetch), type: readType(argument.type), asWord: false }
            },
            returned: () => noReturn(probe.label),
          }
          events.push(madeEvent(probe.label, { definition, values, fields }, kernelConditions, input))
        }
        break
      default:
        return assertNever(probe)
    }
  }
  return { events, agentConditions }
}

/** Conditions on samples of a counter, which has no record to filter by. @throws TraceRefusal bad-spec */
export function counterConditions(event: string, when: readonly Condition[]): AgentCondition[] {
  return when.map((condition) => {
    const { field, op } = condition
    switch (field) {
      case 'pid':
      case 'tid':
      case 'uid':
        return { field, op, value: numberIn(condition) }
      case 'comm':
        return { field, op, value: textIn(condition) }
      case 'cpu':
        throw new TraceRefusal(
          'bad-spec',
          `Pick CPUs for the whole capture instead: a condition on the CPU of ${event} would still sample all of them.`,
        )
      default:
        throw new TraceRefusal('bad-spec', `${event} is a counter: it has no ${field}.`)
    }
  })
}

/** Names of the fields that definitions add by themselves: addresses that a stack by frame pointers misses. */
export const OWN_FIELDS = { caller: 'caller', returnedFrom: '__probe_func' } as const

type MadeEvent = {
  definition: Omit<UprobeDefinition, 'arguments'> | Omit<KprobeDefinition, 'arguments'>
  values: FetchedValues
  fields: EventFields
}

function madeEvent(
  label: string,
  { definition, values, fields }: MadeEvent,
  when: readonly Condition[],
  input: PerfEventsInput,
): PerfEvent {
  // First the conditions, which add to the values what they need.
  const conditions = conditionsOn(label, fields, when, input)
  return { selector: `probe${definition.event}`, definition: { ...definition, arguments: values.list() }, ...conditions }
}

function functionProbe(probe: Extract<ResolvedProbe, { kind: 'kprobe' | 'uprobe' }>, event: number, input: PerfEventsInput): MadeEvent {
  const { at } = probe
  const isEntry = at === 'entry'
  const inKernel = probe.kind === 'kprobe'
  const values = new FetchedValues()
  const definition: MadeEvent['definition'] =
    probe.kind === 'kprobe'
      ? { kind: 'kprobe', event, at, function: probe.function, functionOffset: 0 }
      : { kind: 'uprobe', event, at, openPath: probe.file.openPath, fileOffset: probe.fileOffset, semaphoreOffset: 0 }
  const caller = isEntry && !inKernel && input.userStacks ? typedFetch(CALLER[input.arch], UINT64) : null
  if (caller !== null) values.fetch(OWN_FIELDS.caller, caller)
  const fields: EventFields = {
    argument: (name) => {
      if (!isEntry) throw new TraceRefusal('bad-spec', `${probe.label} has returned: its arguments are gone, only "ret" is there.`)
      const argument = findArgument(probe.label, probe.arguments, name)
      const position = argument.position ?? -1
      const from = probe.kind === 'kprobe' ? kernelArgument(position, input.arch) : functionArgument(position, input.arch)
      const fetch = from && typedFetch(from, argument.type, inKernel)
      if (fetch === null)
        throw new TraceRefusal('bad-spec', `args.${name} of ${probe.label} is a ${argument.cType}, which perf cannot read.`)
      return { name: values.fetch(name, fetch), type: readType(argument.type), asWord: false }
    },
    returned: () => {
      if (isEntry) return noReturn(probe.label)
      const type: ArgumentType = (probe.kind === 'kprobe' ? probe.returnType : null) ?? { kind: 'int', bytes: 8, signed: true }
      const fetch = typedFetch(RETURN_VALUE, type, inKernel)
      if (fetch === null) throw new TraceRefusal('bad-spec', `What ${probe.label} returns is no number and no text.`)
      return { name: values.fetch('ret', fetch), type: readType(type), asWord: false }
    },
  }
  return { definition, values, fields }
}

function tracepointFields(probe: Extract<ResolvedProbe, { kind: 'tracepoint' }>): EventFields {
  return {
    argument: (name) => {
      const { type } = findArgument(probe.label, probe.arguments, name)
      const isSyscallWord = probe.category === 'syscalls' && name !== 'ret' && name !== '__syscall_nr'
      if (type.kind !== 'pointer' || type.to === 'other') return { name: word(name), type, asWord: isSyscallWord }
      // The field is the pointer; the filter is told to look where it points.
      return { name: `${word(name)}.${type.to === 'user-text' ? 'ustring' : 'string'}`, type: { kind: 'data-loc-text' }, asWord: false }
    },
    returned: () => noReturn(probe.label),
  }
}

function conditionsOn(
  label: string,
  fields: EventFields,
  when: readonly Condition[],
  input: PerfEventsInput,
): Pick<PerfEvent, 'filter' | 'weightField'> {
  const predicates = when.flatMap((condition) => {
    const predicate = predicateOf(label, fields, condition)
    if (predicate === 'never')
      throw new TraceRefusal(
        'bad-spec',
        `${condition.field} ${condition.op} ${condition.value} is never true at ${label}: the type cannot hold it.`,
      )
    return predicate === 'always' ? [] : [predicate]
  })
  if (input.exceptPid !== null) predicates.push(`common_pid != ${number(input.exceptPid)}`)
  return { filter: allOf(predicates), weightField: input.weight === null ? null : weightFieldOf(label, fields, input.weight) }
}

function predicateOf(label: string, fields: EventFields, condition: Condition): string {
  const { field, op } = condition
  switch (field) {
    case 'tid':
      return numberPredicate('common_pid', INT, false, op, numberIn(condition))
    case 'cpu':
      return numberPredicate('CPU', INT, false, op, numberIn(condition))
    case 'comm':
      return textPredicate('COMM', op, textIn(condition))
    case 'ret':
      return fieldPredicate(fields.returned(), condition)
    default: {
      const argument = /^args\.(\w+)$/.exec(field)?.[1]
      if (argument === undefined) throw new TraceRefusal('bad-spec', `${label} begins no span, so there is no ${field}.`)
      return fieldPredicate(fields.argument(argument), condition)
    }
  }
}

function fieldPredicate({ name, type, asWord }: RecordField, condition: Condition): string {
  switch (type.kind) {
    case 'int':
      return numberPredicate(name, type, asWord, condition.op, numberIn(condition))
    case 'pointer':
      return numberPredicate(name, UINT64, false, condition.op, numberIn(condition))
    case 'char-array':
    case 'data-loc-text':
      return textPredicate(name, condition.op, textIn(condition))
    case 'byte-array':
    case 'other':
      throw new TraceRefusal('bad-spec', `${condition.field} is no number and no text, so it cannot be compared.`)
  }
}

function weightFieldOf(label: string, fields: EventFields, weight: FieldRef): string {
  const argument = /^args\.(\w+)$/.exec(weight)?.[1]
  if (weight !== 'ret' && argument === undefined)
    throw new TraceRefusal('bad-spec', `An event of ${label} can weigh an argument or what was returned, not ${weight}.`)
  const field = argument === undefined ? fields.returned() : fields.argument(argument)
  if (field.type.kind !== 'int') throw new TraceRefusal('bad-spec', `${weight} of ${label} is no number, so nothing can weigh as much.`)
  return field.name
}

function findArgument(label: string, known: readonly ProbeArgument[], name: string): ProbeArgument {
  const argument = known.find((candidate) => candidate.name === name)
  if (argument !== undefined) return argument
  const names = known.map((candidate) => candidate.name)
  const have = names.length === 0 ? 'It has none.' : `It has ${names.slice(0, 12).join(', ')}.`
  throw new TraceRefusal('bad-spec', `${label} has no argument ${name}. ${have}`)
}

function noReturn(label: string): never {
  throw new TraceRefusal('bad-spec', `${label} is not where a function returns, so there is no "ret".`)
}

/** Values that an event's record will hold, by name, each once. */
class FetchedValues {
  private readonly values: ProbeValue[] = []

  /** Name of the field that holds this. */
  fetch(wanted: string, value: Omit<ProbeValue, 'name'>): string {
    const known = this.values.find(({ name: _, ...other }) => JSON.stringify(other) === JSON.stringify(value))
    if (known !== undefined) return known.name
    const isTaken = this.values.some(({ name }) => name === wanted)
    const name = FIELD_NAME.test(wanted) && !RESERVED.has(wanted) && !isTaken ? wanted : `value${this.values.length}`
    this.values.push({ name, ...value })
    return name
  }

  list(): ProbeValue[] {
    return [...this.values]
  }
}

/** The kernel takes names of up to 31 characters; some it keeps for itself, and `caller` is ours. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,30}$/
const RESERVED: ReadonlySet<string> = new Set(['comm', 'cpu', 'COMM', 'CPU', 'STACKTRACE'])

const INT = { kind: 'int', bytes: 4, signed: true } as const
const UINT64 = { kind: 'int', bytes: 8, signed: false } as const

/** As the record holds it: what a pointer to text points to was fetched. */
const readType = (type: ArgumentType): ArgumentType => (type.kind === 'pointer' && type.to !== 'other' ? { kind: 'data-loc-text' } : type)

function numberIn({ field, value }: Condition): number {
  if (typeof value !== 'number') throw new TraceRefusal('bad-spec', `${field} is a number; it cannot be compared with the text "${value}".`)
  return value
}

function textIn({ field, op, value }: Condition): string {
  if (typeof value !== 'string') throw new TraceRefusal('bad-spec', `${field} is text; put quotes around ${value} to compare it.`)
  if (op !== '==' && op !== '!=') throw new TraceRefusal('bad-spec', `${field} is text, which is only compared with == and !=.`)
  return value
}

/** Doors through which names that the host has, and numbers, get into perf's arguments. */
function word(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) throw new RangeError('not a name that an event may have')
  return text
}
const number = (value: number): string => {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a number that an event may have`)
  return String(value)
}
