import type { ImportFormat } from '@sonde/profile/formats'

/** Each format that is read, as people call it. */
const FORMAT_NAMES: Record<ImportFormat, string> = {
  folded: 'folded stacks',
  'perf-script': 'perf script',
  'perf-data': 'perf.data',
  pprof: 'pprof',
  speedscope: 'speedscope',
  sonde: 'Sonde profile',
}

/** A format as people call it; one of another version of Sonde by its own word. */
export function formatName(format: string): string {
  return Object.hasOwn(FORMAT_NAMES, format) ? FORMAT_NAMES[format as ImportFormat] : format
}

const names = Object.values(FORMAT_NAMES)

/** What may be imported, as a sentence. */
export const FORMATS_SENTENCE = `A file may be ${names.slice(0, -1).join(', ')} or a ${names.at(-1)}, packed with gzip or not.`
