import {
  type Block,
  CONTEXT_LOW,
  EVENT_TYPE,
  type EventAttr,
  MAGIC,
  MISC,
  PIPE_HEADER_BYTES,
  RECORD,
  SAMPLE,
  type StreamEvent,
} from '@sonde/profile/perf-data'
import { type AddressTable, CONTEXT, type Context } from './address-table.ts'

/** Fields that also stand in other records' trailers: they must stay as they are. */
const TRAILER_FIELDS = SAMPLE.tid | SAMPLE.time | SAMPLE.id | SAMPLE.streamId | SAMPLE.cpu | SAMPLE.identifier

/** Records that perf needs to know what is mapped where. All others say nothing about symbols, or are dealt with here (see BpfSymbols). */
const STATE_RECORDS: ReadonlySet<number> = new Set([
  RECORD.mmap,
  RECORD.mmap2,
  RECORD.comm,
  RECORD.fork,
  RECORD.exit,
  RECORD.namespaces,
  RECORD.headerBuildId,
  RECORD.headerFeature,
  RECORD.eventUpdate,
])

/** Frames that perf script prints of a sample, at most, by its default (127). */
const MAX_CHAIN = 100

/**
 * Writes a pipe-format stream for `perf script -i -` in which perf sees all that happened to processes and mappings, but of the
 * samples only those that bring new addresses, cut down to these:
 *
 *   in    mmap A · sample [a b c] · sample [a b c] · sample [a b e] · exec · mmap B · sample [a d]
 *   out   mmap A · sample [a b c] · sample [e] · exec · mmap B · sample [a d]
 *
 * so that perf resolves each address once, in the mappings of its own time. The samples' period field carries our number
 * of the first address; `perf script -F period,ip,sym,dso` gives it back.
 */
export class ThinStream {
  private bytes = new Uint8Array(1 << 16)
  private view = new DataView(this.bytes.buffer)
  private end = 0

  constructor() {
    this.reserve(PIPE_HEADER_BYTES)
    this.bytes.set(MAGIC, 0)
    this.view.setUint32(8, PIPE_HEADER_BYTES, true)
    this.view.setUint32(12, 0, true)
    this.end = PIPE_HEADER_BYTES
  }

  get sizeBytes(): number {
    return this.end
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.end)
    this.end = 0
    return taken
  }

  /** `raw`: the perf_event_attr and the ids after it. Its samples are declared the way `address` writes them. */
  event(attr: EventAttr, raw: Uint8Array): void {
    const at = this.header(RECORD.headerAttr, 0, 8 + raw.length)
    this.bytes.set(raw, at + 8)
    // Of a tracepoint perf would ask for its format; all that matters here is that it is an event.
    if (attr.type === EVENT_TYPE.tracepoint) {
      this.view.setUint32(at + 8, EVENT_TYPE.software, true)
      this.view.setBigUint64(at + 8 + 8, 0n, true)
    }
    this.view.setUint32(at + 8 + 24, thinSampleType(attr.sampleType), true)
    this.view.setUint32(at + 8 + 28, 0, true)
  }

  /** Hands a record on as it is, if perf needs it. */
  record(type: number, block: Block, offset: number): void {
    if (!STATE_RECORDS.has(type)) return
    const size = block.view.getUint16(offset + 6, true)
    this.reserve(size)
    this.bytes.set(block.bytes.subarray(offset, offset + size), this.end)
    this.end += size
  }

  /**
   * A mapping (MMAP or MMAP2) as it is, but with `prefix` in front of its path: see MountRoots. `pathAt`: where the path begins in the
   * record, NUL-terminated and padded to 8 bytes; what follows it (the ids of the sample) moves along.
   */
  mapped(block: Block, offset: number, pathAt: number, prefix: Uint8Array): void {
    const size = block.view.getUint16(offset + 6, true)
    const record = block.bytes.subarray(offset, offset + size)
    const nul = record.indexOf(0, pathAt)
    const pathEnd = nul < 0 ? size : nul
    const trailerAt = Math.min(size, pathAt + padded(pathEnd - pathAt + 1))
    const newPath = padded(prefix.length + pathEnd - pathAt + 1)
    const newSize = pathAt + newPath + size - trailerAt
    if (newSize > 0xffff) {
      this.record(block.view.getUint32(offset, true), block, offset)
      return
    }
    this.reserve(newSize)
    const { bytes, end } = this
    bytes.set(record.subarray(0, pathAt), end)
    bytes.fill(0, end + pathAt, end + pathAt + newPath)
    bytes.set(prefix, end + pathAt)
    bytes.set(record.subarray(pathAt, pathEnd), end + pathAt + prefix.length)
    bytes.set(record.subarray(trailerAt), end + pathAt + newPath)
    this.view.setUint16(end + 6, newSize, true)
    this.end += newSize
  }

  /** Whole records that are perf's own, e.g. build ids. */
  raw(records: Uint8Array): void {
    this.reserve(records.length)
    this.bytes.set(records, this.end)
    this.end += records.length
  }

  /**
   * A sample in the place (process, time, CPU) of the sample at `offset` whose chain is these addresses of the table, `from` up to `to`.
   * perf gives back `from` as the period, and an answer per address.
   */
  addresses(event: StreamEvent, block: Block, offset: number, table: AddressTable, from: number, to: number): void {
    for (let start = from; start < to; start += MAX_CHAIN) this.sample(event, block, offset, table, start, Math.min(to, start + MAX_CHAIN))
  }

  private sample(event: StreamEvent, block: Block, offset: number, table: AddressTable, from: number, to: number): void {
    const type = thinSampleType(event.attr.sampleType)
    const { layout } = event
    const first = table.contextOf(from)
    const fixed = 8 * (1 + bitCount(type & (TRAILER_FIELDS | SAMPLE.ip | SAMPLE.period)) + 1)
    // Room for a marker before each address; usually there are one or two.
    this.reserve(fixed + (to - from) * 16)
    const start = this.end
    let at = start + 8
    const { view } = this
    const copy = (source: number) => {
      view.setUint32(at, block.view.getUint32(offset + source, true), true)
      view.setUint32(at + 4, block.view.getUint32(offset + source + 4, true), true)
      at += 8
    }
    const put = (high: number, low: number) => {
      view.setUint32(at, low, true)
      view.setUint32(at + 4, high, true)
      at += 8
    }
    if (type & SAMPLE.identifier) copy(layout.id)
    put(table.highOf(from), table.lowOf(from))
    if (type & SAMPLE.tid) copy(layout.tid)
    if (type & SAMPLE.time) copy(layout.time)
    if (type & SAMPLE.id) copy(layout.id)
    if (type & SAMPLE.streamId) copy(layout.streamId)
    if (type & SAMPLE.cpu) copy(layout.cpu)
    put(0, from)
    const countAt = at
    put(0, 0)
    let context: Context = CONTEXT.unknown
    for (let address = from; address < to; address++) {
      const next = table.contextOf(address)
      if (next !== context) put(0xffffffff, next === CONTEXT.kernel ? CONTEXT_LOW.kernel : CONTEXT_LOW.user)
      context = next
      put(table.highOf(address), table.lowOf(address))
    }
    view.setUint32(countAt, (at - countAt) / 8 - 1, true)
    view.setUint32(start, RECORD.sample, true)
    view.setUint16(start + 4, first === CONTEXT.kernel ? MISC.kernel : first === CONTEXT.user ? MISC.user : 0, true)
    view.setUint16(start + 6, at - start, true)
    this.end = at
  }

  /** Makes perf work off all that it has got so far: it holds events back until a second round says that they are in order. */
  flushRounds(): void {
    this.header(RECORD.finishedRound, 0, 8)
    this.header(RECORD.finishedRound, 0, 8)
  }

  private header(type: number, misc: number, size: number): number {
    this.reserve(size)
    const at = this.end
    this.view.setUint32(at, type, true)
    this.view.setUint16(at + 4, misc, true)
    this.view.setUint16(at + 6, size, true)
    this.end += size
    return at
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.end + bytes))
    larger.set(this.bytes.subarray(0, this.end))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

function thinSampleType(sampleType: number): number {
  return (sampleType & TRAILER_FIELDS) | SAMPLE.ip | SAMPLE.period | SAMPLE.callchain
}

/** perf pads texts in records to 8 bytes. */
function padded(bytes: number): number {
  return (bytes + 7) & ~7
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
