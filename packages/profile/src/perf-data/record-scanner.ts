import { PerfDataError } from './perf-data-error.ts'
import { RECORD } from './record-types.ts'

/** Bytes that hold whole records; kept alive by whoever still needs one of them. Starts 8-byte aligned. */
export type Block = { bytes: Uint8Array; view: DataView; words: Uint32Array }

/** A record stands at `offset` (8-byte aligned) in the block; its payload starts 8 bytes later. */
export type RecordVisitor = (type: number, misc: number, block: Block, offset: number, size: number) => void

/** A record that says it is longer than this, payload included, is broken. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024

/**
 * Cuts a byte stream into perf records, however the stream is cut into chunks. A chunk is copied once; complete records are
 * visited in place; the rest waits for the next chunk.
 */
export class RecordScanner {
  private rest = new Uint8Array(0)
  /** Bytes of payload (trace data and the like) still to be skipped. */
  private skipBytes = 0
  /** Bytes consumed as whole records. */
  consumedBytes = 0

  /** @throws PerfDataError where a record's header makes no sense. */
  push(chunk: Uint8Array, visit: RecordVisitor): void {
    const length = this.rest.length + chunk.length
    const padded = new Uint8Array((length + 7) & ~7)
    padded.set(this.rest)
    padded.set(chunk, this.rest.length)
    const block: Block = { bytes: padded, view: new DataView(padded.buffer), words: new Uint32Array(padded.buffer) }
    let at = 0
    for (;;) {
      if (this.skipBytes > 0) {
        const skipped = Math.min(this.skipBytes, length - at)
        this.skipBytes -= skipped
        at += skipped
        if (this.skipBytes > 0) break
      }
      if (length - at < 8) break
      const type = block.view.getUint32(at, true)
      const size = block.view.getUint16(at + 6, true)
      if (size < 8) throw new PerfDataError(`a record of ${size} bytes after ${this.consumedBytes + at} bytes`)
      if (length - at < size) break
      // Feature records have odd sizes and leave the rest of the chunk misaligned: those few records are copied.
      if (at % 8 === 0) visit(type, block.view.getUint16(at + 4, true), block, at, size)
      else visitCopy(block, at, size, visit)
      this.skipBytes = payloadBytes(type, block.view, at, size)
      at += size
    }
    this.consumedBytes += at
    this.rest = padded.slice(at, length)
  }

  /** Bytes that are left over: not zero at the end means that the stream was cut within a record. */
  get pendingBytes(): number {
    return this.rest.length + this.skipBytes
  }
}

function visitCopy(block: Block, at: number, size: number, visit: RecordVisitor): void {
  const bytes = new Uint8Array((size + 7) & ~7)
  bytes.set(block.bytes.subarray(at, at + size))
  const copy: Block = { bytes, view: new DataView(bytes.buffer), words: new Uint32Array(bytes.buffer) }
  visit(copy.view.getUint32(0, true), copy.view.getUint16(4, true), copy, 0, size)
}

/** Some of perf's own records are followed by data that their size does not count. */
function payloadBytes(type: number, view: DataView, at: number, size: number): number {
  if (type === RECORD.tracingData && size >= 12) return checkedPayload((view.getUint32(at + 8, true) + 7) & ~7)
  if (type === RECORD.auxtrace && size >= 16)
    return checkedPayload(view.getUint32(at + 12, true) * 4_294_967_296 + view.getUint32(at + 8, true))
  return 0
}

function checkedPayload(bytes: number): number {
  if (bytes < 0 || bytes > MAX_PAYLOAD_BYTES) throw new PerfDataError(`a record with ${bytes} bytes of data`)
  return bytes
}
