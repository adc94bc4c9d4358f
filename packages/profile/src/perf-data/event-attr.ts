import { PerfDataError } from './perf-data-error.ts'
import { ATTR_SAMPLE_ID_ALL_BIT, READ_FORMAT, SAMPLE } from './record-types.ts'

/** One event as opened: what of perf_event_attr decides how its records are laid out. */
export type EventAttr = {
  /** PERF_TYPE_*: 0 hardware, 1 software, 2 tracepoint … */
  type: number
  config: number
  /** Period in events, or Hz where `byFrequency`. */
  periodOrHz: number
  byFrequency: boolean
  sampleType: number
  readFormat: number
  sampleIdAll: boolean
  /** Sample ids of this event, as `idKey` writes them; empty where unknown. */
  ids: string[]
  /** Bytes of the perf_event_attr itself (`size` field). */
  attrBytes: number
}

/** Smallest perf_event_attr there ever was (PERF_ATTR_SIZE_VER0). */
const MIN_ATTR_BYTES = 64

/** Reads the perf_event_attr at `offset`. `available`: bytes that belong to it and what follows. */
export function readEventAttr(view: DataView, offset: number, available: number): EventAttr {
  if (available < MIN_ATTR_BYTES) throw new PerfDataError('an event description is cut')
  const attrBytes = view.getUint32(offset + 4, true)
  if (attrBytes < MIN_ATTR_BYTES || attrBytes > available) throw new PerfDataError(`an event description of ${attrBytes} bytes`)
  const flagsLow = view.getUint32(offset + 40, true)
  return {
    type: view.getUint32(offset, true),
    config: readSafeU64(view, offset + 8),
    periodOrHz: readSafeU64(view, offset + 16),
    byFrequency: (flagsLow & (1 << 10)) !== 0,
    sampleType: view.getUint32(offset + 24, true),
    readFormat: view.getUint32(offset + 32, true),
    sampleIdAll: (flagsLow & (1 << ATTR_SAMPLE_ID_ALL_BIT)) !== 0,
    ids: [],
    attrBytes,
  }
}

/** A sample id as text, to be a key. */
export function idKey(view: DataView, at: number): string {
  return `${view.getUint32(at + 4, true).toString(16)}:${view.getUint32(at, true).toString(16)}`
}

/** The id that a key was made of. */
export function idOfKey(key: string): bigint {
  const [high = '0', low = '0'] = key.split(':')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

/** An unsigned 64-bit number as a double: exact up to 2^53, close above. */
export function readSafeU64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 4_294_967_296 + view.getUint32(offset, true)
}

/** Where a sample's fields are, in bytes from the record's start; -1 for a field that is not there. */
export type SampleLayout = {
  ip: number
  tid: number
  time: number
  id: number
  streamId: number
  cpu: number
  period: number
  /** Where the callchain's count is, unless `read` values of variable length come before it. */
  callchain: number
  /** Raw data follows the callchain. */
  hasRaw: boolean
  /** READ values stand before the callchain: their group form has as many entries as it says. */
  readGroupEntryBytes: number
  readGroupAt: number
  /** Bytes of a sample's fixed part. */
  fixedBytes: number
}

/** Layout of PERF_RECORD_SAMPLE for one event; perf_event_open(2) gives the order of the fields. */
export function sampleLayout(attr: Pick<EventAttr, 'sampleType' | 'readFormat'>): SampleLayout {
  const { sampleType, readFormat } = attr
  let at = 8
  const field = (bit: number, bytes = 8): number => {
    if ((sampleType & bit) === 0) return -1
    at += bytes
    return at - bytes
  }
  const identifier = field(SAMPLE.identifier)
  const ip = field(SAMPLE.ip)
  const tid = field(SAMPLE.tid)
  const time = field(SAMPLE.time)
  field(SAMPLE.addr)
  const ownId = field(SAMPLE.id)
  const id = ownId >= 0 ? ownId : identifier
  const streamId = field(SAMPLE.streamId)
  const cpu = field(SAMPLE.cpu)
  const period = field(SAMPLE.period)
  let readGroupAt = -1
  let readGroupEntryBytes = 0
  if ((sampleType & SAMPLE.read) !== 0) {
    const times = (readFormat & READ_FORMAT.totalTimeEnabled ? 8 : 0) + (readFormat & READ_FORMAT.totalTimeRunning ? 8 : 0)
    const perValue = 8 + (readFormat & READ_FORMAT.id ? 8 : 0) + (readFormat & READ_FORMAT.lost ? 8 : 0)
    if (readFormat & READ_FORMAT.group) {
      readGroupAt = at
      readGroupEntryBytes = perValue
      at += 8 + times
    } else at += perValue + times
  }
  const callchain = field(SAMPLE.callchain)
  const hasRaw = (sampleType & SAMPLE.raw) !== 0
  return { ip, tid, time, id, streamId, cpu, period, callchain, hasRaw, readGroupAt, readGroupEntryBytes, fixedBytes: at }
}

/** An event of a stream with what its records look like. `timeFromEnd`: see `trailerTimeFromEnd`. */
export type StreamEvent = { index: number; attr: EventAttr; layout: SampleLayout; timeFromEnd: number }

/**
 * Where the time stands in a record that is not a sample, counted back from its end (sample_id_all's trailer), or -1.
 * The trailer is TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER, as far as the event has them.
 */
export function trailerTimeFromEnd(attr: Pick<EventAttr, 'sampleType' | 'sampleIdAll'>): number {
  if (!attr.sampleIdAll || (attr.sampleType & SAMPLE.time) === 0) return -1
  let fromEnd = 8
  for (const bit of [SAMPLE.id, SAMPLE.streamId, SAMPLE.cpu, SAMPLE.identifier]) if (attr.sampleType & bit) fromEnd += 8
  return fromEnd
}
