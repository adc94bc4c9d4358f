import type { FieldRef } from '@sonde/contract'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { type Code, code, integer, join } from './code.ts'
import { argumentValue, COMM, type FieldContext, fieldValue, findArgument, rawArgument } from './fields.ts'
import type { Value } from './value.ts'

/**
 * What a span's beginning keeps for its end: numbers beside the moment, as one tuple (`$s` is the moment alone where there are none),
 * and each text in a map of its own, since a program has 512 bytes for all that it handles at once.
 *
 *   @s[KEY] = (nsecs, pid, args->fd);  @x0[KEY] = str(uptr(args->filename));
 */
export type KeptValues = {
  /** What a beginning stores, as statements. */
  store(probe: ResolvedProbe, key: Code): Code
  /** True where the beginning was not stored: there is no room. Statements. */
  checkStored(key: Code): Code
  /** The moment, out of `$s`. */
  moment: Code
  /** What the end removes, as statements. */
  remove(key: Code): Code
  read(name: FieldRef, key: Code): Value
  textMaps: readonly Code[]
  /** What `$s` takes up on a program's stack. */
  bytes: number
}

type KeptNumber = { name: FieldRef; of(probe: ResolvedProbe): Code; value: Value }
type KeptText = { name: FieldRef; of(probe: ResolvedProbe): Code; map: Code; length: number | null }

/** @throws TraceRefusal bad-spec for what cannot be kept */
export function keepValues(names: readonly FieldRef[], starts: readonly ResolvedProbe[]): KeptValues {
  const numbers: KeptNumber[] = []
  const texts: KeptText[] = []
  for (const name of new Set(names)) {
    const value = sameValue(name, starts)
    const at = code`$s.${integer(numbers.length + 1)}`
    if (value.kind === 'number') numbers.push({ name, of: (p) => expressionOf(valueAtStart(name, p)), value: { ...value, expression: at } })
    else if (starts.every((probe) => isReadLater(name, probe))) {
      // What a path points to may not be in memory yet when the call begins; once the kernel has used it, it is.
      numbers.push({
        name,
        of: (p) => code`(uint64)${rawOf(name, p)}`,
        value: { kind: 'text', expression: code`str(uptr(${at}))`, length: null },
      })
    } else
      texts.push({
        name,
        of: (p) => expressionOf(valueAtStart(name, p)),
        map: code`@x${integer(texts.length)}`,
        length: value.length,
      })
  }
  const isTuple = numbers.length > 0
  return {
    store: (probe, key) =>
      join(
        [
          code`@s[${key}] = ${
            isTuple
              ? code`(nsecs, ${join(
                  numbers.map(({ of }) => of(probe)),
                  code`, `,
                )})`
              : code`nsecs`
          };`,
          ...texts.map(({ of, map }) => code`${map}[${key}] = ${of(probe)};`),
        ],
        code` `,
      ),
    checkStored: (key) => (isTuple ? code`$c = @s[${key}]; if ($c.0 == 0) { @f = 1; }` : code`if (@s[${key}] == 0) { @f = 1; }`),
    moment: isTuple ? code`$s.0` : code`$s`,
    remove: (key) =>
      join(
        [code`@s`, ...texts.map(({ map }) => map)].map((map) => code`delete(${map}[${key}]);`),
        code` `,
      ),
    read: (name, key) => {
      const number = numbers.find((kept) => kept.name === name)
      if (number !== undefined) return number.value
      const text = texts.find((kept) => kept.name === name)
      if (text === undefined) throw new TypeError(`${name} was not kept`)
      return { kind: 'text', expression: code`${text.map}[${key}]`, length: text.length }
    },
    textMaps: texts.map(({ map }) => map),
    bytes: 8 * (numbers.length + 1),
  }
}

/** In the program of a probe that begins spans: its own arguments may be called `start.NAME` or `args.NAME`. */
export const startContext = (probe: ResolvedProbe): FieldContext => ({
  probe,
  duration: null,
  start: (name) => argumentValue(findArgument(probe, name), probe),
})

const valueAtStart = (name: FieldRef, probe: ResolvedProbe): Value => (name === 'comm' ? COMM : fieldValue(name, startContext(probe)))

/** All beginnings must have it, of one type: it lies in one map. */
function sameValue(name: FieldRef, starts: readonly ResolvedProbe[]): Exclude<Value, { kind: 'ipv6' }> {
  const [value, ...others] = starts.map((probe) => valueAtStart(name, probe))
  if (value === undefined || value.kind === 'ipv6')
    throw new TraceRefusal('bad-spec', `"${name}" is an IPv6 address, which cannot be kept until a span ends.`)
  if (others.some((other) => typeKey(other) !== typeKey(value)))
    throw new TraceRefusal('bad-spec', `"${name}" is not of the same type in all probes that begin a span.`)
  return value
}

const typeKey = (value: Value): string =>
  value.kind === 'number' ? `${value.bytes}${value.signed}` : value.kind === 'text' ? `text${value.length}` : value.kind

function expressionOf(value: Value): Code {
  if (value.kind === 'ipv6') throw new TypeError('two words are no expression')
  return value.expression
}

function argumentNamed(name: FieldRef, probe: ResolvedProbe) {
  const [of, argument = ''] = name.split('.', 2)
  return of === 'start' ? findArgument(probe, argument) : null
}

/** Text behind a pointer that a system call is given. execve replaces the memory that it points into. */
function isReadLater(name: FieldRef, probe: ResolvedProbe): boolean {
  if (probe.kind !== 'tracepoint' || probe.category !== 'syscalls' || /_execve/.test(probe.name)) return false
  const type = argumentNamed(name, probe)?.type
  return type?.kind === 'pointer' && type.to === 'user-text'
}

function rawOf(name: FieldRef, probe: ResolvedProbe): Code {
  const argument = argumentNamed(name, probe)
  if (argument === null) throw new TypeError(`${name} is no argument`)
  return rawArgument(argument, probe)
}
