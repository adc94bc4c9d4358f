import { type EventAttr, idKey, readEventAttr, readSafeU64 } from './event-attr.ts'
import { PerfDataError } from './perf-data-error.ts'
import { FILE_HEADER_BYTES, MAGIC, PIPE_HEADER_BYTES, RECORD } from './record-types.ts'

export type PerfFileSink = {
  /** One per event, with its ids. `raw`: the perf_event_attr and its ids as they would follow a PERF_RECORD_HEADER_ATTR header. */
  onAttr(attr: EventAttr, raw: Uint8Array): void
  /** Build ids of the binaries, as PERF_RECORD_HEADER_BUILD_ID records, before the data. */
  onBuildIds(records: Uint8Array): void
  /** The data section (or the stream after its header), piece by piece. */
  onData(chunk: Uint8Array): void
}

const CHUNK_BYTES = 1024 * 1024
const MAX_EVENTS = 1024
const MAX_SECTION_BYTES = 64 * 1024 * 1024
const FEATURE_BUILD_ID = 2

/** Where the bytes are: a file on disk, or all of them in memory. */
export type ByteSource = {
  sizeBytes: number
  /** Up to `bytes` bytes from `at` on, which may be changed; fewer only where the source has got shorter. */
  read(at: number, bytes: number): Promise<Uint8Array> | Uint8Array
}

export const bytesInMemory = (bytes: Uint8Array): ByteSource => ({
  sizeBytes: bytes.length,
  read: (at, length) => bytes.slice(at, at + length),
})

/**
 * Reads a perf.data file of either form: as written with `perf record -o FILE`, or a saved pipe stream.
 * Format: tools/perf/Documentation/perf.data-file-format.txt.
 * @throws PerfDataError where it is neither, or is broken or cut.
 */
export async function readPerfFile(source: ByteSource, sink: PerfFileSink): Promise<void> {
  const head = await readExactly(source, 0, Math.min(FILE_HEADER_BYTES, source.sizeBytes))
  if (head.byteLength < PIPE_HEADER_BYTES || !MAGIC.every((byte, i) => head.getUint8(i) === byte)) {
    throw new PerfDataError('not a perf.data file of version 2, little-endian')
  }
  const headerBytes = readSafeU64(head, 8)
  if (headerBytes === PIPE_HEADER_BYTES) {
    await readData(source, PIPE_HEADER_BYTES, source.sizeBytes - PIPE_HEADER_BYTES, sink)
    return
  }
  if (headerBytes !== FILE_HEADER_BYTES || head.byteLength < FILE_HEADER_BYTES) {
    throw new PerfDataError(`a perf.data header of ${headerBytes} bytes`)
  }
  await readAttrs(source, head, sink)
  const dataAt = readSafeU64(head, 40)
  const dataBytes = readSafeU64(head, 48)
  if (dataBytes === 0) throw new PerfDataError('no data: perf did not finish writing this file')
  await readBuildIds(source, head, dataAt + dataBytes, sink)
  await readData(source, dataAt, dataBytes, sink)
}

async function readAttrs(source: ByteSource, head: DataView, sink: PerfFileSink): Promise<void> {
  const entryBytes = readSafeU64(head, 16)
  const at = readSafeU64(head, 24)
  const bytes = readSafeU64(head, 32)
  // An entry is a perf_event_attr and a section (offset, size) that says where the event's ids are.
  if (entryBytes < 64 + 16 || entryBytes > 4096 || bytes % entryBytes !== 0 || bytes === 0 || bytes / entryBytes > MAX_EVENTS) {
    throw new PerfDataError('the list of events is broken')
  }
  const entries = await readExactly(source, at, bytes)
  for (let entry = 0; entry < bytes; entry += entryBytes) {
    const attr = readEventAttr(entries, entry, entryBytes - 16)
    const idsAt = readSafeU64(entries, entry + entryBytes - 16)
    const idsBytes = readSafeU64(entries, entry + entryBytes - 8)
    if (idsBytes > MAX_SECTION_BYTES || idsBytes % 8 !== 0) throw new PerfDataError("an event's list of ids is broken")
    const ids = await readExactly(source, idsAt, idsBytes)
    const raw = new Uint8Array(attr.attrBytes + idsBytes)
    raw.set(new Uint8Array(entries.buffer, entries.byteOffset + entry, attr.attrBytes))
    raw.set(new Uint8Array(ids.buffer, ids.byteOffset, idsBytes), attr.attrBytes)
    for (let id = 0; id < idsBytes; id += 8) attr.ids.push(idKey(ids, id))
    sink.onAttr(attr, raw)
  }
}

/** Sections of the features follow the data, in order of the bits that are set in the header's bitmap. */
async function readBuildIds(source: ByteSource, head: DataView, featuresAt: number, sink: PerfFileSink): Promise<void> {
  const bitmap = head.getUint32(72, true)
  if ((bitmap & (1 << FEATURE_BUILD_ID)) === 0) return
  let index = 0
  for (let bit = 0; bit < FEATURE_BUILD_ID; bit++) if (bitmap & (1 << bit)) index++
  const entry = await readExactly(source, featuresAt + index * 16, 16)
  const bytes = readSafeU64(entry, 8)
  if (bytes > MAX_SECTION_BYTES) throw new PerfDataError('the list of build ids is broken')
  const section = await readExactly(source, readSafeU64(entry, 0), bytes)
  for (let at = 0; at + 8 <= bytes; ) {
    const size = section.getUint16(at + 6, true)
    if (size < 8 + 4 + 24 || at + size > bytes) throw new PerfDataError('the list of build ids is broken')
    // In the file these records have no type.
    section.setUint32(at, RECORD.headerBuildId, true)
    at += size
  }
  sink.onBuildIds(new Uint8Array(section.buffer, section.byteOffset, bytes))
}

async function readData(source: ByteSource, at: number, bytes: number, sink: PerfFileSink): Promise<void> {
  if (at + bytes > source.sizeBytes)
    throw new PerfDataError(`the file is cut: ${at + bytes} bytes are announced, ${source.sizeBytes} are there`)
  for (let done = 0; done < bytes; ) {
    const view = await readExactly(source, at + done, Math.min(CHUNK_BYTES, bytes - done))
    sink.onData(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    done += view.byteLength
  }
}

async function readExactly(source: ByteSource, at: number, bytes: number): Promise<DataView> {
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(bytes) || at < 0 || bytes < 0 || at + bytes > source.sizeBytes) {
    throw new PerfDataError(`the file is cut: ${bytes} bytes at ${at} are not there`)
  }
  const read = await source.read(at, bytes)
  if (read.length < bytes) throw new PerfDataError('the file got shorter while it was read')
  return new DataView(read.buffer, read.byteOffset, bytes)
}
