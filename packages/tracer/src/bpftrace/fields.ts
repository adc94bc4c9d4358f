import { assertNever, type FieldRef } from '@sonde/contract'
import type { ArgumentType, ProbeArgument, ResolvedProbe } from '../probes/resolved-probe.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { type Code, code, fieldName, integer } from './code.ts'
import { meaningOf } from './meaning.ts'
import type { Meaning, Value } from './value.ts'

/** Where a field is read: in which probe's program, and what it knows of a span that began elsewhere. */
export type FieldContext = {
  probe: ResolvedProbe
  /** Reads what the beginning of the span has kept; null outside of spans. */
  start: ((name: string) => Value) | null
  /** Who is meant by pid, tid, uid and comm, where that is not the thread that runs now. */
  identity?: Partial<Record<'pid' | 'tid' | 'uid' | 'comm', Value>>
  /** Length of the span that ends here, ns. */
  duration: Code | null
}

const number = (expression: Code, bytes: 1 | 2 | 4 | 8, signed: boolean, meaning: Meaning = 'number'): Value => ({
  kind: 'number',
  expression,
  bytes,
  signed,
  meaning,
})

/** Length of the kernel's comm with its NUL. */
const COMM_BYTES = 16
export const COMM: Value = { kind: 'text', expression: code`comm`, length: COMM_BYTES }
const BUILTINS = {
  pid: number(code`pid`, 4, false),
  tid: number(code`tid`, 4, false),
  uid: number(code`uid`, 4, false),
  cpu: number(code`cpu`, 4, false),
  comm: COMM,
} as const satisfies Record<string, Value>

/** A field of a spec as an expression. @throws TraceRefusal bad-spec where there is no such field here */
export function fieldValue(ref: FieldRef, context: FieldContext): Value {
  switch (ref) {
    case 'cpu':
      return BUILTINS.cpu
    case 'pid':
    case 'tid':
    case 'uid':
    case 'comm':
      return context.identity?.[ref] ?? BUILTINS[ref]
    case 'duration':
      if (context.duration === null) throw refusal('"duration" is known where a span ends, and there is no span here.')
      return number(context.duration, 8, false, 'duration')
    case 'ret':
      return returnValue(context.probe)
    default:
      break
  }
  const [of, name = ''] = ref.split('.', 2)
  if (of === 'args') return argumentValue(findArgument(context.probe, name), context.probe)
  if (context.start === null) throw refusal(`"${ref}" is known where a span ends, and there is no span here.`)
  return context.start(name)
}

/** @throws TraceRefusal bad-spec, with the names that there are */
export function findArgument(probe: ResolvedProbe, name: string): ProbeArgument {
  const found = probe.arguments.find((argument) => argument.name === name)
  if (found !== undefined) return found
  const names = probe.arguments.map((argument) => argument.name)
  const has = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 24).join(', ')}`
  throw refusal(`${probe.label} has no argument "${name}": ${has}.`)
}

/** An argument of the probe whose program this is, read now. */
export function argumentValue(argument: ProbeArgument, probe: ResolvedProbe): Value {
  const raw = rawArgument(argument, probe)
  const { type } = argument
  switch (type.kind) {
    case 'int':
      return number(cast(type, raw), type.bytes, type.signed, meaningOf(argument, probe))
    case 'pointer':
      if (type.to === 'user-text') return { kind: 'text', expression: code`str(uptr(${raw}))`, length: null }
      if (type.to === 'other') return number(code`(uint64)${raw}`, 8, false, 'hex')
      // A pointer that a function of the kernel takes may lead into either memory, and its type does not say: the topmost bit does.
      return probe.kind === 'tracepoint'
        ? { kind: 'text', expression: code`str(kptr(${raw}))`, length: null }
        : { kind: 'text', expression: code`(((uint64)${raw} >> 63) == 1 ? str(kptr(${raw})) : str(uptr(${raw})))`, length: null }
    case 'char-array':
      return { kind: 'text', expression: raw, length: type.length }
    case 'data-loc-text':
      return {
        kind: 'text',
        expression: type.missedBy === undefined ? code`str(${raw})` : code`str(kptr((uint64)${raw} - ${integer(type.missedBy)}))`,
        length: null,
      }
    case 'byte-array':
      if (type.length === 4) return number(bigEndian(raw, 0, 4), 4, false, 'ipv4')
      if (type.length === 16) return { kind: 'ipv6', high: bigEndian(raw, 0, 8), low: bigEndian(raw, 8, 8) }
      throw unreadable(argument, probe)
    case 'other':
      throw unreadable(argument, probe)
    default:
      return assertNever(type)
  }
}

/** The word that an argument arrives in, not cast yet. */
export function rawArgument({ name, position }: ProbeArgument, probe: ResolvedProbe): Code {
  return probe.kind === 'tracepoint' || position === undefined ? code`args->${fieldName(name)}` : code`arg${integer(position)}`
}

function returnValue(probe: ResolvedProbe): Value {
  if (probe.kind === 'tracepoint') {
    const argument = probe.arguments.find(({ name }) => name === 'ret')
    if (argument === undefined) throw refusal(`${probe.label} is no return: it has no "ret".`)
    return argumentValue(argument, probe)
  }
  if ((probe.kind !== 'uprobe' && probe.kind !== 'kprobe') || probe.at !== 'return')
    throw refusal(`${probe.label} is no return: it has no "ret".`)
  const type = probe.kind === 'kprobe' ? probe.returnType : null
  if (type?.kind === 'pointer') return number(code`(uint64)retval`, 8, false, 'hex')
  if (type?.kind === 'int') return number(cast(type, code`retval`), type.bytes, type.signed, probe.kind === 'kprobe' ? 'errno' : 'number')
  if (type !== null) throw refusal(`${probe.label} returns nothing that could be read (${type.kind === 'other' ? type.cType : type.kind}).`)
  // Nobody says what it returns. Most functions return an int, whose upper half is then zero, also where it is negative.
  return number(code`(((uint64)retval >> 31) == 1 ? (int64)(int32)retval : (int64)retval)`, 8, true)
}

function cast({ bytes, signed }: Extract<ArgumentType, { kind: 'int' }>, raw: Code): Code {
  switch (bytes) {
    case 1:
      return signed ? code`(int8)${raw}` : code`(uint8)${raw}`
    case 2:
      return signed ? code`(int16)${raw}` : code`(uint16)${raw}`
    case 4:
      return signed ? code`(int32)${raw}` : code`(uint32)${raw}`
    case 8:
      return signed ? code`(int64)${raw}` : code`(uint64)${raw}`
  }
}

/** Bytes `from` to `from + count` of an array as one number, the first one on top. */
function bigEndian(array: Code, from: number, count: number): Code {
  let sum = code`(uint64)${array}[${integer(from)}]`
  for (let i = 1; i < count; i++) sum = code`((${sum} << 8) | (uint64)${array}[${integer(from + i)}])`
  return sum
}

const unreadable = (argument: ProbeArgument, probe: ResolvedProbe) =>
  refusal(`"${argument.name}" of ${probe.label} is of a kind that cannot be read (${argument.cType}).`)

const refusal = (message: string) => new TraceRefusal('bad-spec', message)
