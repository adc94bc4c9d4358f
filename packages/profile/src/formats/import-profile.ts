import { decodeProfile } from '../decode-profile.ts'
import { IMPORT_LIMITS, type ImportLimits } from '../import-limits.ts'
import { importFolded } from '../parse-folded.ts'
import { importPerfScript } from '../parse-perf-script.ts'
import type { Profile } from '../profile.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { decodeText } from '../text-bytes.ts'
import { detectFormat, type ImportFormat } from './detect-format.ts'
import { gunzip, isGzip } from './gzip.ts'
import { importPerfData } from './import-perf-data.ts'
import { importPprof } from './import-pprof.ts'
import { importSpeedscope } from './import-speedscope.ts'
import { counted, cutNameNotes } from './note-words.ts'

export type ImportOptions = {
  /** Settles what a text is where its content could be either; never trusted for more. */
  fileName?: string | undefined
  limits?: Partial<ImportLimits> | undefined
}

export type ImportedProfile = {
  profile: Profile
  format: ImportFormat
  /** What was left out, cut or not understood, a sentence each with its count; empty where everything is in the profile. */
  notes: string[]
}

/**
 * A file of another tool, or of Sonde, as a profile. What it is, is told by its content (docs/formats/exchange.md says how and
 * what each format keeps); gzip is unpacked first. Its hosts have the id '': whoever stores it says which host it is.
 *
 * The bytes may come from anyone: time and memory are bounded by `limits`, and the one error is `ProfileFormatError`, whose
 * message begins with a verb ("is cut …", "has more than …"), to be put after the file's name, and holds nothing of the input
 * but numbers.
 */
export async function importProfile(bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportedProfile> {
  const limits = { ...IMPORT_LIMITS, ...options.limits }
  const plain = isGzip(bytes) ? await gunzip(bytes, limits.unpackedBytes) : bytes
  if (plain.length > limits.unpackedBytes) throw new ProfileFormatError(`has ${counted(plain.length, 'byte')}, too many to read`)
  const format = detectFormat(plain, options.fileName ?? '')
  return { format, ...(await READERS[format](plain, limits)) }
}

type Reading = { profile: Profile; notes: string[] }

const READERS: Record<ImportFormat, (bytes: Uint8Array, limits: ImportLimits) => Reading | Promise<Reading>> = {
  folded: readFolded,
  'perf-script': readPerfScript,
  'perf-data': importPerfData,
  pprof: importPprof,
  speedscope: importSpeedscope,
  sonde: readSonde,
}

/** Ids of hosts are another server's: only their names mean something here. */
function readSonde(bytes: Uint8Array): Reading {
  const { hosts, ...rest } = decodeProfile(bytes)
  const name = hosts.id.map((id, i) => hosts.name[i] || id)
  return { profile: { ...rest, hosts: { length: hosts.length, id: name.map(() => ''), name } }, notes: [] }
}

function readFolded(bytes: Uint8Array, limits: ImportLimits): Reading {
  const { text, notes } = decodeText(bytes)
  const { profile, invalidLines, cutNames } = importFolded(text, limits)
  const { count, first } = invalidLines
  if (count > 0) {
    const where = `${count === 1 ? 'line' : 'lines'} ${first.join(', ')}${count > first.length ? ' …' : ''}`
    notes.push(`${counted(count, 'line')} left out: no folded stack (${where})`)
  }
  return { profile, notes: [...notes, ...cutNameNotes(cutNames, limits)] }
}

function readPerfScript(bytes: Uint8Array, limits: ImportLimits): Reading {
  const { text, notes } = decodeText(bytes)
  const { profile, otherEvents, lostSamples, unrecognizedLines, cutFrames, cutNames } = importPerfScript(text, { limits })
  if (profile.samples.length === 0) throw new ProfileFormatError('is perf script text without a sample')
  const others = [...otherEvents.values()].reduce((sum, count) => sum + count, 0)
  if (others > 0)
    notes.push(`${counted(others, 'sample')} of ${counted(otherEvents.size, 'other event')} left out: events cannot be added up`)
  if (lostSamples > 0) notes.push(`${counted(lostSamples, 'event')} lost while it was recorded, as perf says`)
  if (unrecognizedLines > 0) notes.push(`${counted(unrecognizedLines, 'line')} left out: not understood`)
  if (cutFrames > 0) notes.push(`${counted(cutFrames, 'frame')} cut off stacks that are too deep`)
  if (!profile.meta.timed) notes.push('Not every sample has a time: there is no time axis')
  return { profile, notes: [...notes, ...cutNameNotes(cutNames, limits)] }
}
