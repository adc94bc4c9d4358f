import { readFileSync } from 'node:fs'
import { isReadable, type RawField } from '@sonde/profile/perf-data'
import { parseTracepointFormat, type TracepointFormat } from '../discovery/tracepoint-format.ts'

/** Where trace events are, on new and on old systems. */
const FOLDERS = ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'] as const

/** What records of an event (`category:name`, as perf has it) look like, by tracefs, which is memory; null where it is not there. */
export function readEventFormat(selector: string): TracepointFormat | null {
  if (!/^[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$/.test(selector)) return null
  for (const folder of FOLDERS) {
    try {
      return parseTracepointFormat(readFileSync(`${folder}/${selector.replace(':', '/')}/format`, 'utf8'))
    } catch {
      // Not mounted here, or gone.
    }
  }
  return null
}

/** A field that holds a number; null where the event has none of this name. */
export function numberField(format: TracepointFormat, name: string): RawField | null {
  const field = format.fields.find((candidate) => candidate.name === name)
  return field !== undefined && isReadable(field) ? field : null
}
