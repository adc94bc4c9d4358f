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

/** "folded stacks, perf script, … or a Sonde profile": for what may be imported. */
export const FORMATS_SENTENCE = `${Object.values(FORMAT_NAMES).join(', ')}; packed with gzip or not`
