import type { EventColumn, EventRow } from '@sonde/contract'
import { ERRNO_WORDS, errnoName, formatBytes, formatCount, formatExact, formatNs } from '@sonde/ui'

/** A value as it is shown: `hostile` text must go through HostText, everything else was made here. */
export type EventCell =
  | { kind: 'missing'; title: string }
  | { kind: 'plain'; text: string; title?: string }
  | { kind: 'hostile'; text: string }
  | { kind: 'error'; name: string; title: string }

const MISSING: EventCell = { kind: 'missing', title: 'The value could not be read.' }
const NO_COLUMN: EventCell = { kind: 'missing', title: 'This host’s events have no such field.' }

/** A value in words that fit its type. A value that does not fit (a text in a column of numbers) is shown as it came. */
export function eventCell(column: EventColumn, value: EventRow['values'][number]): EventCell {
  if (value === undefined) return NO_COLUMN
  if (value === null) return MISSING
  if (typeof value === 'string') return column.type === 'errno' ? errorOf(value) : { kind: 'hostile', text: value }
  switch (column.type) {
    case 'duration':
      return { kind: 'plain', text: formatNs(value), title: `${formatExact(value)} ns` }
    case 'bytes':
      return { kind: 'plain', text: formatBytes(value), title: `${formatExact(value)} bytes` }
    case 'hex':
      return { kind: 'plain', text: hexOf(value), title: formatExact(value) }
    case 'errno':
      return errnoCell(column, value)
    case 'number':
    case 'text':
      return { kind: 'plain', text: numberOf(value) }
  }
}

/** Numbers line up on the right, texts on the left. */
export const isRightAligned = (column: EventColumn): boolean =>
  column.type === 'number' || column.type === 'duration' || column.type === 'bytes'

/** The kernel returns errors as negative numbers; what is not negative is a result, unless the field is an error by its name. */
function errnoCell(column: EventColumn, value: number): EventCell {
  if (value === 0 || (value > 0 && !/err/i.test(column.name))) return { kind: 'plain', text: numberOf(value) }
  const name = errnoName(value)
  return name === null ? { kind: 'plain', text: numberOf(value) } : errorOf(name)
}

function errorOf(name: string): EventCell {
  const words = ERRNO_WORDS[name]
  return words === undefined ? { kind: 'hostile', text: name } : { kind: 'error', name, title: `${name}: ${words}` }
}

/** Two's complement in 64 bits for what is negative, as a debugger shows it. */
function hexOf(value: number): string {
  if (!Number.isInteger(value)) return numberOf(value)
  return `0x${(value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value)).toString(16)}`
}

const numberOf = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? formatExact(value) : Number.isInteger(value) ? formatCount(value) : String(value)

/** Time of an event, in s since the recording began, to the tenth of a ms: "12.3456". */
export const eventTime = (timeUs: number): string => (timeUs / 1e6).toFixed(4)
