import { encodeProfile } from '../encode-profile.ts'
import { toFolded } from '../fold-profile.ts'
import { narrowProfile } from '../narrow-profile.ts'
import type { Profile } from '../profile.ts'
import type { SampleSelection } from '../sample-selection.ts'
import { exportPerfScript } from './export-perf-script.ts'
import { exportPprof } from './export-pprof.ts'
import { exportSpeedscope } from './export-speedscope.ts'
import { gzip } from './gzip.ts'
import { TextChunks } from './text-chunks.ts'

/** What a profile can be written as, and what such files are called. */
export const EXPORT_FORMATS = {
  folded: { extension: 'folded.txt', contentType: 'text/plain' },
  pprof: { extension: 'pb.gz', contentType: 'application/octet-stream' },
  speedscope: { extension: 'speedscope.json', contentType: 'application/json' },
  'perf-script': { extension: 'perf.txt', contentType: 'text/plain' },
  sonde: { extension: 'sonde.gz', contentType: 'application/gzip' },
} as const
export type ExportFormat = keyof typeof EXPORT_FORMATS

/**
 * The selected samples of a profile as the bytes of a file. What each format keeps and loses is in docs/formats/exchange.md. `title` is
 * written where a format has a place for one. Throws `ProfileFormatError` where a format cannot hold that much.
 */
export async function exportProfile(
  profile: Profile,
  format: ExportFormat,
  { selection = {}, title = '' }: { selection?: SampleSelection | undefined; title?: string | undefined } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const narrowed = narrowProfile(profile, selection)
  switch (format) {
    case 'folded':
      return foldedBytes(narrowed)
    case 'perf-script':
      return exportPerfScript(narrowed)
    case 'pprof':
      return gzip(exportPprof(narrowed))
    case 'speedscope':
      return exportSpeedscope(narrowed, title)
    case 'sonde':
      return gzip(encodeProfile(narrowed))
  }
}

function foldedBytes(profile: Profile): Uint8Array<ArrayBuffer> {
  const out = new TextChunks()
  for (const line of toFolded(profile, { annotate: true })) out.add(`${line}\n`)
  return out.finish()
}
