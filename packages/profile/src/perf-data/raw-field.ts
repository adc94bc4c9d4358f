import type { StreamEvent } from './event-attr.ts'
import type { Block } from './record-scanner.ts'

/** Where a value stands in the raw data of a tracepoint's sample: as its `format` file says. Bytes from the start of the data. */
export type RawField = { offset: number; size: number; signed: boolean }

const SIZES = new Set([1, 2, 4, 8])
/** Whether a field of this size is a number that `readRawField` reads. */
export const isReadable = (field: RawField): boolean => SIZES.has(field.size)

/**
 * Where the raw data (PERF_SAMPLE_RAW: a 32-bit length, then the data) of a sample begins, from its record's start; -1 where it has none
 * or is cut. It follows the callchain, and is only looked for in events that have one.
 */
export function rawDataAt(event: StreamEvent, block: Block, offset: number): number {
  const { layout } = event
  if (!layout.hasRaw || layout.callchain < 0) return -1
  const size = block.view.getUint16(offset + 6, true)
  let at = layout.callchain
  if (layout.readGroupAt >= 0) at += block.view.getUint32(offset + layout.readGroupAt, true) * layout.readGroupEntryBytes
  if (at + 8 > size) return -1
  at += 8 + block.view.getUint32(offset + at, true) * 8
  if (at + 4 > size) return -1
  const length = block.view.getUint32(offset + at, true)
  return at + 4 + length <= size ? at + 4 : -1
}

/** Reads a number out of raw data that begins at `dataAt`. 64-bit values beyond 2^53 come out close, not exact. Null where it lies outside. */
export function readRawField(field: RawField, block: Block, offset: number, dataAt: number): number | null {
  const at = offset + dataAt + field.offset
  const dataEnd = offset + dataAt + block.view.getUint32(offset + dataAt - 4, true)
  if (dataAt < 0 || at + field.size > dataEnd) return null
  const { view } = block
  switch (field.size) {
    case 1:
      return field.signed ? view.getInt8(at) : view.getUint8(at)
    case 2:
      return field.signed ? view.getInt16(at, true) : view.getUint16(at, true)
    case 4:
      return field.signed ? view.getInt32(at, true) : view.getUint32(at, true)
    case 8:
      return (field.signed ? view.getInt32(at + 4, true) : view.getUint32(at + 4, true)) * 4_294_967_296 + view.getUint32(at, true)
    default:
      return null
  }
}
