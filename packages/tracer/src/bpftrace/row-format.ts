import type { EventsDelta } from '@sonde/contract'
import type { SyscallArch } from '../syscalls/syscall-names.ts'
import { type Code, code, integer, join, lines } from './code.ts'
import { hostText } from './host-text.ts'
import { ipv6Text, numberText } from './number-text.ts'
import type { Value } from './value.ts'

type ColumnType = EventsDelta['fields'][number]['type']
export type RowValue = EventsDelta['rows'][number]['values'][number]

/** Where a column's value is: words of the row's first line, or a text of one of its lines. */
export type Column = { type: ColumnType; from: { words: readonly number[] } | { text: number }; read(parts: readonly string[]): RowValue }

export type RowFormat = {
  columns: readonly Column[]
  /** Words in the first line. */
  words: number
  hasComm: boolean
  /** Whether the first line carries the first text; every other one has a line of its own. */
  textInFirst: boolean
  texts: number
}

/** What a program may have on its stack beside the copies of texts and words that are printed, found by trying (bpftrace 0.17). */
const STACK_FOR_PRINTING = 304

/**
 * A row as a program sends it: tuples, which bpftrace prints as JSON arrays, each value by itself, so that no text can be taken for
 * anything else. Numbers of 8 bytes go as two words, since JSON's numbers end at 2^53. A program has 512 bytes for all that it
 * handles at once: texts that do not fit beside the words are sent by themselves, and found again by moment and thread.
 *
 *   [line 0, probe, ns, cpu, pid, tid, comm, text?, word, …]     [line 1…, probe, ns, tid, text]
 */
export function rowOf(input: {
  probe: number
  arch: SyscallArch
  identity: { pid: Code; tid: Code; comm: Code | null }
  values: readonly Value[]
  textBytes: number
  /** Of the stack, taken already. */
  reservedBytes: number
}): { send: Code; format: RowFormat } {
  const { probe, identity } = input
  const words: Code[] = []
  const texts: Code[] = []
  const columns = input.values.map((value): Column => columnOf(value, words, texts, input))
  const textInFirst = texts.length > 0 && 2 * input.textBytes + 8 * words.length + input.reservedBytes <= STACK_FOR_PRINTING
  const firstLine = [
    code`0, ${integer(probe)}, $t, cpu, ${identity.pid}, ${identity.tid}`,
    ...(identity.comm === null ? [] : [identity.comm]),
    ...(textInFirst ? texts.slice(0, 1) : []),
    ...words,
  ]
  const otherLines = texts
    .slice(textInFirst ? 1 : 0)
    .map((text, i) => code`      print((${integer(i + 1)}, ${integer(probe)}, $t, ${identity.tid}, ${text}));`)
  return {
    send: lines(code`      $t = nsecs; print((${join(firstLine, code`, `)}));`, ...otherLines),
    format: { columns, words: words.length, hasComm: identity.comm !== null, textInFirst, texts: texts.length },
  }
}

/** Adds what the value takes to the words or texts of the row, and says how it is read back. */
function columnOf(value: Value, words: Code[], texts: Code[], { arch, textBytes }: { arch: SyscallArch; textBytes: number }): Column {
  const at = words.length
  if (value.kind === 'text') {
    texts.push(value.expression)
    // Arrays of characters in a record are as long as they are; what lies behind a pointer may be longer than there was room for.
    const room = value.length === null ? textBytes : Number.POSITIVE_INFINITY
    return { type: 'text', from: { text: texts.length - 1 }, read: ([text]) => (text === undefined ? null : hostText(text, room)) }
  }
  if (value.kind === 'ipv6') {
    words.push(...halves(value.high), ...halves(value.low))
    const read: Column['read'] = ([a = '0', b = '0', c = '0', d = '0']) => ipv6Text(whole(a, b), whole(c, d))
    return { type: 'text', from: { words: [at, at + 1, at + 2, at + 3] }, read }
  }
  const { bytes, signed, meaning } = value
  const isWide = bytes === 8
  words.push(...(isWide ? halves(value.expression) : [value.expression]))
  const isShownAsText = meaning === 'hex' || meaning === 'device' || meaning === 'ipv4' || meaning === 'syscall'
  return {
    type: meaning === 'device' || meaning === 'ipv4' || meaning === 'syscall' ? 'text' : meaning,
    from: { words: isWide ? [at, at + 1] : [at] },
    read: ([first = '0', second = '0']) => {
      const digits = isWide ? String(whole(first, second)) : first
      const exact = numberText(digits, { bytes, signed, meaning: isShownAsText ? meaning : 'number', arch })
      return isShownAsText || exact === null || !Number.isSafeInteger(Number(exact)) ? exact : Number(exact)
    },
  }
}

const halves = (expression: Code): [Code, Code] => [code`(uint64)(${expression}) >> 32`, code`(uint64)(${expression}) & 0xffffffff`]

const whole = (high: string, low: string): bigint => (BigInt(high) << 32n) | BigInt(low)
