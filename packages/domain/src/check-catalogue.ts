import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import {
  CATALOGUE_LIMITS,
  type CatalogueEntry,
  CatalogueError,
  type CatalogueHeader,
  type CatalogueKind,
  PROBE_KINDS,
  type ProbeKind,
  parseCatalogueHeader,
  parseCatalogueLine,
  probeSchema,
  SondeError,
} from '@sonde/contract'
import { z } from 'zod'
import { probeOfEntry } from './probe-of-entry.ts'

const gunzipAsync = promisify(gunzip)

/** What a catalogue of each kind may hold. */
const CONTENT: Readonly<Record<CatalogueKind, readonly ProbeKind[]>> = {
  kernel: ['tracepoint', 'kprobe'],
  modules: ['tracepoint', 'kprobe'],
  pmu: ['pmu'],
  binary: ['uprobe', 'usdt'],
}
/** Lines are read in portions, so that a hundred thousand of them do not keep everybody else waiting. */
const PORTION = 1_000
/** Stands for whichever binary a catalogue is of. */
const SOME_BINARY = { of: 'library', name: 'some' } as const

/**
 * Reads a catalogue as it will be read when somebody searches, so that nothing is stored that cannot be shown. Throws `too-large` for
 * one beyond its limits, `unprocessable` for one that is not what its key says, or not a catalogue.
 */
export function checkCatalogue(key: string, bytes: Uint8Array): Promise<CatalogueHeader> {
  const work = turn.then(() => check(key, bytes))
  turn = work.catch(() => undefined)
  return work
}

/** One after the other: each takes up to 256 MB for a moment, and agents decide how many they send at once. */
let turn: Promise<unknown> = Promise.resolve()

async function check(key: string, bytes: Uint8Array): Promise<CatalogueHeader> {
  const text = await unpackText(key, bytes)
  try {
    return await checkLines(text)
  } catch (error) {
    if (error instanceof CatalogueError) throw unprocessable(`cannot be read: ${error.message}`)
    if (error instanceof z.ZodError) throw unprocessable(`cannot be read: ${z.prettifyError(error).slice(0, 500)}`)
    throw error
  }
}

async function unpackText(key: string, bytes: Uint8Array): Promise<string> {
  const raw = await unpack(bytes)
  if (createHash('sha256').update(raw).digest('hex') !== key) throw unprocessable('does not have the content that its key stands for')
  // Anything beyond ASCII would have to be escaped: bytes and characters are the same from here on.
  if (raw.some((byte) => byte > 0x7e)) throw unprocessable('holds what is not ASCII')
  return raw.toString('latin1')
}

async function unpack(bytes: Uint8Array): Promise<Buffer> {
  if (bytes.length > CATALOGUE_LIMITS.maxCompressedBytes) throw catalogueTooLarge()
  try {
    return await gunzipAsync(bytes, { maxOutputLength: CATALOGUE_LIMITS.maxRawBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw catalogueTooLarge()
    throw unprocessable(`is not gzip, or is damaged: ${error instanceof Error ? error.message : error}`)
  }
}

async function checkLines(text: string): Promise<CatalogueHeader> {
  const headerEnd = text.indexOf('\n')
  if (headerEnd < 0 || headerEnd > CATALOGUE_LIMITS.maxLineLength || !text.endsWith('\n'))
    throw new CatalogueError('it has no header or no end')
  const header = parseCatalogueHeader(text.slice(0, headerEnd))
  const counts = new Map<ProbeKind, number>()
  let last = ''
  let lines = 0
  for (let at = headerEnd + 1; at < text.length; ) {
    const end = text.indexOf('\n', at)
    if (++lines > CATALOGUE_LIMITS.maxEntries) throw catalogueTooLarge()
    const entry = parseCatalogueLine(text.slice(at, end))
    const place = placeOf(entry)
    if (place <= last) throw new CatalogueError(`${entry.id.slice(0, 100)} is not in its place`)
    checkEntry(header, entry)
    counts.set(entry.kind, (counts.get(entry.kind) ?? 0) + 1)
    last = place
    at = end + 1
    if (lines % PORTION === 0) await setImmediate()
  }
  for (const kind of PROBE_KINDS) {
    if ((header.counts[kind] ?? 0) !== (counts.get(kind) ?? 0)) throw new CatalogueError('the header counts other probes than follow')
  }
  return header
}

/** Text that sorts as lines do: by kind, then by id. */
const placeOf = (entry: CatalogueEntry): string => `${['tracepoint', 'kprobe', 'uprobe', 'usdt', 'pmu'].indexOf(entry.kind)}${entry.id}`

function checkEntry(header: CatalogueHeader, entry: CatalogueEntry): void {
  if (!CONTENT[header.kind].includes(entry.kind)) throw new CatalogueError(`a catalogue of a ${header.kind} holds no ${entry.kind}`)
  // What the finder offers must be what a spec can ask for; only people write patterns.
  const isPattern = entry.kind !== 'uprobe' && entry.id.includes('*')
  if (isPattern || !probeSchema.safeParse(probeOfEntry(entry, SOME_BINARY)).success) {
    throw new CatalogueError(`no probe can be called ${entry.id.slice(0, 100)}`)
  }
}

const unprocessable = (what: string) => new SondeError('unprocessable', `the catalogue ${what}`)
export const catalogueTooLarge = () =>
  new SondeError(
    'too-large',
    `a catalogue is at most ${CATALOGUE_LIMITS.maxCompressedBytes} bytes, ${CATALOGUE_LIMITS.maxRawBytes} when unpacked, and ${CATALOGUE_LIMITS.maxEntries} probes`,
  )
