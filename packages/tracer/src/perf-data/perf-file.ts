import { type FileHandle, open } from 'node:fs/promises'
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

/**
 * Reads a perf.data file of either form: as written with `perf record -o FILE`, or a saved pipe stream.
 * Format: tools/perf/Documentation/perf.data-file-format.txt.
 * @throws PerfDataError where it is neither, or is broken or cut.
 */
export async function readPerfFile(path: string, sink: PerfFileSink): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { size: fileBytes } = await file.stat()
    const head = await readExactly(file, 0, Math.min(FILE_HEADER_BYTES, fileBytes), fileBytes)
    if (head.byteLength < PIPE_HEADER_BYTES || !MAGIC.every((byte, i) => head.getUint8(i) === byte)) {
      throw new PerfDataError('not a perf.data file of version 2, little-endian')
    }
    const headerBytes = readSafeU64(head, 8)
    if (headerBytes === PIPE_HEADER_BYTES) return await readData(file, PIPE_HEADER_BYTES, fileBytes - PIPE_HEADER_BYTES, fileBytes, sink)
    if (headerBytes !== FILE_HEADER_BYTES || head.byteLength < FILE_HEADER_BYTES) {
      throw new PerfDataError(`a perf.data header of ${headerBytes} bytes`)
    }
    await readAttrs(file, head, fileBytes, sink)
    const dataAt = readSafeU64(head, 40)
    const dataBytes = readSafeU64(head, 48)
    if (dataBytes === 0) throw new PerfDataError('no data: perf did not finish writing this file')
    await readBuildIds(file, head, dataAt + dataBytes, fileBytes, sink)
    await readData(file, dataAt, dataBytes, fileBytes, sink)
  } finally {
    await file.close()
  }
}

async function readAttrs(file: FileHandle, head: DataView, fileBytes: number, sink: PerfFileSink): Promise<void> {
  const entryBytes = readSafeU64(head, 16)
  const at = readSafeU64(head, 24)
  const bytes = readSafeU64(head, 32)
  // An entry is a perf_event_attr and a section (offset, size) that says where the event's ids are.
  if (entryBytes < 64 + 16 || entryBytes > 4096 || bytes % entryBytes !== 0 || bytes === 0 || bytes / entryBytes > MAX_EVENTS) {
    throw new PerfDataError('the list of events is broken')
  }
  const entries = await readExactly(file, at, bytes, fileBytes)
  for (let entry = 0; entry < bytes; entry += entryBytes) {
    const attr = readEventAttr(entries, entry, entryBytes - 16)
    const idsAt = readSafeU64(entries, entry + entryBytes - 16)
    const idsBytes = readSafeU64(entries, entry + entryBytes - 8)
    if (idsBytes > MAX_SECTION_BYTES || idsBytes % 8 !== 0) throw new PerfDataError("an event's list of ids is broken")
    const ids = await readExactly(file, idsAt, idsBytes, fileBytes)
    const raw = new Uint8Array(attr.attrBytes + idsBytes)
    raw.set(new Uint8Array(entries.buffer, entries.byteOffset + entry, attr.attrBytes))
    raw.set(new Uint8Array(ids.buffer, ids.byteOffset, idsBytes), attr.attrBytes)
    for (let id = 0; id < idsBytes; id += 8) attr.ids.push(idKey(ids, id))
    sink.onAttr(attr, raw)
  }
}

/** Sections of the features follow the data, in order of the bits that are set in the header's bitmap. */
async function readBuildIds(file: FileHandle, head: DataView, featuresAt: number, fileBytes: number, sink: PerfFileSink): Promise<void> {
  const bitmap = head.getUint32(72, true)
  if ((bitmap & (1 << FEATURE_BUILD_ID)) === 0) return
  let index = 0
  for (let bit = 0; bit < FEATURE_BUILD_ID; bit++) if (bitmap & (1 << bit)) index++
  const entry = await readExactly(file, featuresAt + index * 16, 16, fileBytes)
  const bytes = readSafeU64(entry, 8)
  if (bytes > MAX_SECTION_BYTES) throw new PerfDataError('the list of build ids is broken')
  const section = await readExactly(file, readSafeU64(entry, 0), bytes, fileBytes)
  for (let at = 0; at + 8 <= bytes; ) {
    const size = section.getUint16(at + 6, true)
    if (size < 8 + 4 + 24 || at + size > bytes) throw new PerfDataError('the list of build ids is broken')
    // In the file these records have no type.
    section.setUint32(at, RECORD.headerBuildId, true)
    at += size
  }
  sink.onBuildIds(new Uint8Array(section.buffer, section.byteOffset, bytes))
}

async function readData(file: FileHandle, at: number, bytes: number, fileBytes: number, sink: PerfFileSink): Promise<void> {
  if (at + bytes > fileBytes) throw new PerfDataError(`the file is cut: ${at + bytes} bytes are announced, ${fileBytes} are there`)
  for (let done = 0; done < bytes; ) {
    const view = await readExactly(file, at + done, Math.min(CHUNK_BYTES, bytes - done), fileBytes)
    sink.onData(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    done += view.byteLength
  }
}

async function readExactly(file: FileHandle, at: number, bytes: number, fileBytes: number): Promise<DataView> {
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(bytes) || at < 0 || bytes < 0 || at + bytes > fileBytes) {
    throw new PerfDataError(`the file is cut: ${bytes} bytes at ${at} are not there`)
  }
  const buffer = new Uint8Array(bytes)
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, at + done)
    if (bytesRead === 0) throw new PerfDataError('the file got shorter while it was read')
    done += bytesRead
  }
  return new DataView(buffer.buffer)
}
