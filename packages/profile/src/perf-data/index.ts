export { type EventAttr, idOfKey, type StreamEvent, sampleLayout } from './event-attr.ts'
export { eventName } from './event-name.ts'
export { PerfDataError } from './perf-data-error.ts'
export { type ByteSource, readPerfFile } from './perf-file.ts'
export { PerfStream, type PerfStreamHandler } from './perf-stream.ts'
export { isReadable, type RawField, rawDataAt, readRawField } from './raw-field.ts'
export type { Block } from './record-scanner.ts'
export {
  ATTR_SAMPLE_ID_ALL_BIT,
  CONTEXT_LOW,
  CONTEXT_LOW_MIN,
  EVENT_TYPE,
  MAGIC,
  MISC,
  PIPE_HEADER_BYTES,
  RECORD,
  SAMPLE,
  SOFTWARE_CONFIG,
} from './record-types.ts'
