import { type EventAttr, idKey, readEventAttr, type StreamEvent, sampleLayout, trailerTimeFromEnd } from './event-attr.ts'
import { PerfDataError } from './perf-data-error.ts'
import { type Block, RecordScanner } from './record-scanner.ts'
import { MAGIC, PIPE_HEADER_BYTES, RECORD, SAMPLE } from './record-types.ts'
import { TimeOrderedRecords } from './time-ordered-records.ts'

export type PerfStreamHandler = {
  /** A new event; comes before its first record. `raw`: its perf_event_attr and the ids after it. */
  onEvent(event: StreamEvent, raw: Uint8Array): void
  /** Every other record, in order of time; those without a time where they stand. `timeNs` is 0 for them. */
  onRecord(type: number, block: Block, offset: number, timeNs: number): void
  /** The event that a sample belongs to is known by its id. */
  onSample(event: StreamEvent, block: Block, offset: number, timeNs: number): void
  /** perf has opened all events and written all that was there before: recording has begun. */
  onInitialised?(): void
}

/**
 * Reads perf's pipe format (`perf record -o -`): events, and all records in order of time.
 * Format: tools/perf/Documentation/perf.data-file-format.txt, "pipe-mode".
 */
export class PerfStream {
  private readonly scanner = new RecordScanner()
  private readonly ordered = new TimeOrderedRecords()
  private readonly handler: PerfStreamHandler
  private readonly eventById = new Map<string, StreamEvent>()
  readonly events: StreamEvent[] = []
  private lastEvent: StreamEvent | undefined
  private lastIdLow = 0
  private lastIdHigh = 0
  private header = new Uint8Array(0)
  private headerDone = false

  constructor(handler: PerfStreamHandler) {
    this.handler = handler
  }

  /** @throws PerfDataError */
  push(chunk: Uint8Array): void {
    let body = chunk
    if (!this.headerDone) {
      const joined = new Uint8Array(this.header.length + chunk.length)
      joined.set(this.header)
      joined.set(chunk, this.header.length)
      this.header = joined
      if (joined.length < PIPE_HEADER_BYTES) return
      checkPipeHeader(joined)
      this.headerDone = true
      body = joined.subarray(PIPE_HEADER_BYTES)
    }
    this.pushRecords(body)
  }

  /** Records without a pipe header before them: the data section of a file. */
  pushRecords(chunk: Uint8Array): void {
    this.headerDone = true
    this.scanner.push(chunk, this.visit)
  }

  /** The stream has ended: lets go of what is still held back. Returns whether the stream was cut within a record. */
  end(): { cut: boolean } {
    this.releaseHeld()
    return { cut: this.scanner.pendingBytes > 0 || (!this.headerDone && this.header.length > 0) }
  }

  /**
   * Lets go of what is held back, for when it is known that nothing older will come. perf says that a round is over only when it has
   * written something, so the last record before a silence would wait for whatever comes after it.
   */
  releaseHeld(): void {
    this.ordered.finish(this.visitOrdered)
  }

  /** Records that are held back until their order is certain. */
  get heldRecords(): number {
    return this.ordered.length
  }

  addEvent(attr: EventAttr, raw: Uint8Array): StreamEvent {
    const event: StreamEvent = { index: this.events.length, attr, layout: sampleLayout(attr), timeFromEnd: trailerTimeFromEnd(attr) }
    const first = this.events[0]
    // perf refuses to record such events together.
    if (first !== undefined && (first.timeFromEnd !== event.timeFromEnd || first.layout.time !== event.layout.time)) {
      throw new PerfDataError('events that write their times in different places')
    }
    this.events.push(event)
    for (const id of attr.ids) this.eventById.set(id, event)
    this.handler.onEvent(event, raw)
    return event
  }

  private readonly visit = (type: number, _misc: number, block: Block, offset: number, size: number): void => {
    if (type === RECORD.sample) {
      const timeAt = this.events[0]?.layout.time ?? -1
      const time = timeAt >= 0 && size >= timeAt + 8 ? readTimeNs(block, offset + timeAt) : 0
      if (time > 0) this.ordered.push(time, block, offset)
      else this.handler.onSample(this.eventOf(block, offset, size), block, offset, 0)
      return
    }
    if (type === RECORD.finishedRound) {
      this.ordered.finishRound(this.visitOrdered)
      return
    }
    if (type === RECORD.headerAttr) {
      this.readAttr(block, offset, size)
      return
    }
    if (type === RECORD.compressed || type === RECORD.compressed2) throw new PerfDataError('compressed perf data is not read here')
    if (type === RECORD.finishedInit) this.handler.onInitialised?.()
    const timeFromEnd = type < RECORD.headerAttr ? (this.events[0]?.timeFromEnd ?? -1) : -1
    const time = timeFromEnd > 0 && size >= 8 + timeFromEnd ? readTimeNs(block, offset + size - timeFromEnd) : 0
    if (time > 0) this.ordered.push(time, block, offset)
    else this.handler.onRecord(type, block, offset, 0)
  }

  private readonly visitOrdered = (block: Block, offset: number): void => {
    const type = block.view.getUint32(offset, true)
    const size = block.view.getUint16(offset + 6, true)
    if (type === RECORD.sample) {
      const event = this.eventOf(block, offset, size)
      this.handler.onSample(event, block, offset, readTimeNs(block, offset + event.layout.time))
    } else this.handler.onRecord(type, block, offset, readTimeNs(block, offset + size - (this.events[0]?.timeFromEnd ?? 8)))
  }

  private readAttr(block: Block, offset: number, size: number): void {
    const attr = readEventAttr(block.view, offset + 8, size - 8)
    for (let at = offset + 8 + attr.attrBytes; at + 8 <= offset + size; at += 8) attr.ids.push(idKey(block.view, at))
    this.addEvent(attr, block.bytes.slice(offset + 8, offset + size))
  }

  /** One id per event and CPU; the last one that was found answers most of the time. */
  private eventWithId(block: Block, at: number): StreamEvent | undefined {
    const low = block.view.getUint32(at, true)
    const high = block.view.getUint32(at + 4, true)
    if (this.lastEvent === undefined || low !== this.lastIdLow || high !== this.lastIdHigh) {
      this.lastEvent = this.eventById.get(idKey(block.view, at))
      this.lastIdLow = low
      this.lastIdHigh = high
    }
    return this.lastEvent
  }

  /** Events of one stream place their id alike (perf makes sure of it), so the first one's layout finds it. */
  private eventOf(block: Block, offset: number, size: number): StreamEvent {
    const first = this.events[0]
    if (first === undefined) throw new PerfDataError('a sample before any event')
    let event = first
    if (this.events.length > 1) {
      const at = (first.attr.sampleType & SAMPLE.identifier) !== 0 ? 8 : first.layout.id
      if (at >= 0 && at + 8 <= size) event = this.eventWithId(block, offset + at) ?? first
    }
    if (event.layout.fixedBytes > size) throw new PerfDataError(`a sample of ${size} bytes, too short for its event`)
    return event
  }
}

function checkPipeHeader(bytes: Uint8Array): void {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new PerfDataError('not a perf.data stream of version 2, little-endian')
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true)
  if (size !== PIPE_HEADER_BYTES) throw new PerfDataError('a perf.data file where a stream was expected')
}

/** Nanoseconds; 0 and all-ones both mean "no time". Exact for the first 104 days of uptime, to 2 ns for years after. */
function readTimeNs(block: Block, at: number): number {
  const high = block.view.getUint32(at + 4, true)
  const low = block.view.getUint32(at, true)
  return high === 0xffffffff && low === 0xffffffff ? 0 : high * 4_294_967_296 + low
}
