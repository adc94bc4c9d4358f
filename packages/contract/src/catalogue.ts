import * as z from 'zod'
import { probeKindSchema } from './probe.ts'
import { hostText } from './text.ts'

/**
 * A catalogue lists what can be probed somewhere: in a kernel, in its loaded modules, on a CPU (counters), or in one binary. It is
 * named by the SHA-256 of its text, so that hosts with the same kernel or build share one, upload it once, and no host can put
 * another content under a key that others use.
 *
 * The text (UTF-8; gzip on the wire and at rest) is lines. The first is a JSON header, every other one a probe, tab-separated:
 *
 *   kind  id  label  refusal  detail
 *
 * - kind: t(racepoint), k(probe), u(probe), s (usdt), p(mu)
 * - id: what a spec names it by: `syscalls:sys_enter_openat`, `vfs_read`, a mangled symbol, `postgresql:query__start`, `cycles`
 * - label: as people read it, where that is another text (demangled); else empty
 * - refusal: why it is listed but must not be probed, a word of PROBE_REFUSALS; else empty
 * - detail: a JSON array, by kind (below)
 *
 * Lines are sorted by kind and id, each pair once, so that the same content is the same text.
 */
export const CATALOGUE_KINDS = ['kernel', 'modules', 'pmu', 'binary'] as const
export const catalogueKindSchema = z.enum(CATALOGUE_KINDS)
export type CatalogueKind = z.infer<typeof catalogueKindSchema>

/** SHA-256 of a catalogue's text, lower-case hex. */
export const catalogueKeySchema = z.string().regex(/^[0-9a-f]{64}$/, 'not the key of a catalogue')

/** Limits of one catalogue, checked before anything is parsed. node's 86 thousand functions take 19 MB of text, 3 MB gzipped. */
export const CATALOGUE_LIMITS = {
  maxCompressedBytes: 16 * 1024 * 1024,
  maxRawBytes: 128 * 1024 * 1024,
  maxLineLength: 64 * 1024,
  maxEntries: 500_000,
  maxNameLength: 1_024,
  maxLabelLength: 512,
} as const

/** Why a probe that exists must not be attached. */
export const PROBE_REFUSALS = {
  'kprobe-blacklist': 'The kernel refuses probes here: this function is part of how probes, traps or entry code work.',
  'ambiguous-name': 'Several functions have this name, so that a probe by name would hit an unknown one of them.',
  'indirect-function': 'This is chosen at load time among several implementations: probe the one that runs, e.g. __memmove_avx_unaligned.',
  'deny-list': 'A probe here could hang or slow down the whole host.',
} as const
export type ProbeRefusal = keyof typeof PROBE_REFUSALS
const REFUSALS = Object.keys(PROBE_REFUSALS)
const isRefusal = (text: string): text is ProbeRefusal => REFUSALS.includes(text)

const count = z.number().int().nonnegative()
export const catalogueHeaderSchema = z.object({
  sonde: z.literal('catalogue'),
  version: z.literal(1),
  kind: catalogueKindSchema,
  /** What it is of: "Linux 6.1.0-18-amd64 x86_64", a CPU's name, a soname. */
  title: hostText(256),
  /** GNU build id of a binary or kernel, lower-case hex. */
  buildId: z
    .string()
    .regex(/^[0-9a-f]{8,128}$/)
    .nullable(),
  /** How many probes of each kind follow. */
  counts: z.partialRecord(probeKindSchema, count),
  /** What is missing and why, in sentences: no BTF, names left out, no debug file. */
  notes: z.array(hostText(500)).max(20),
})
export type CatalogueHeader = z.infer<typeof catalogueHeaderSchema>

const text = (max: number) => z.string().max(max)
const flag = z.union([z.literal(0), z.literal(1)]).transform((n) => n === 1)
const module = z.union([z.literal(0), text(64)]).transform((name) => (name === 0 ? null : name))

/** See packages/tracer, tracepoint-format.ts. */
export const TRACEPOINT_FIELD_KINDS = [
  'int',
  'uint',
  'bool',
  'char-array',
  'dynamic-string',
  'dynamic-array',
  'pointer',
  'array',
  'other',
] as const
/** `void` only stands for what a function returns. */
export const VALUE_KINDS = ['int', 'uint', 'bool', 'pointer', 'other', 'void'] as const
const valueKind = z.enum(VALUE_KINDS)

/** [name, C type, kind, size in bytes] and [C type, kind, size]. */
const argument = z.tuple([text(128), text(400), valueKind, count]).transform(([name, cType, kind, size]) => ({ name, cType, kind, size }))
const value = z.tuple([text(400), valueKind, count]).transform(([cType, kind, size]) => ({ cType, kind, size }))

const DETAILS = {
  /** [module, print format, [[name, C type, offset, size, signed, kind]]] */
  tracepoint: z
    .tuple([
      module,
      text(8_000),
      z
        .array(
          z
            .tuple([text(128), text(400), count, count, flag, z.enum(TRACEPOINT_FIELD_KINDS)])
            .transform(([name, cType, offset, size, signed, kind]) => ({ name, cType, offset, size, signed, kind })),
        )
        .max(256),
    ])
    .transform(([module, printFmt, fields]) => ({ module, printFmt, fields })),
  /** [module, [arguments, returns, variadic] or 0 where the types are not known] */
  kprobe: z
    .tuple([
      module,
      z.union([
        z.literal(0),
        z
          .tuple([z.array(argument).max(64), value, flag])
          .transform(([args, returns, variadic]) => ({ arguments: args, returns, variadic })),
      ]),
    ])
    .transform(([module, signature]) => ({ module, signature: signature === 0 ? null : signature })),
  /** [size in bytes, file offset, exported] */
  uprobe: z.tuple([count, count, flag]).transform(([sizeBytes, offset, exported]) => ({ sizeBytes, offset, exported })),
  /** [places in the code, has a semaphore, [[size in bytes, signed]]] */
  usdt: z
    .tuple([count, flag, z.array(z.tuple([count, flag]).transform(([size, signed]) => ({ size, signed }))).max(16)])
    .transform(([sites, semaphore, args]) => ({ sites, semaphore, arguments: args })),
  /** [group, description, can be sampled] */
  pmu: z
    .tuple([z.enum(['hardware', 'cache', 'software', 'cpu']), text(1_000), flag])
    .transform(([group, description, sampled]) => ({ group, description, sampled })),
} as const

type Detail<K extends keyof typeof DETAILS> = z.infer<(typeof DETAILS)[K]>
type DetailInput<K extends keyof typeof DETAILS> = z.input<(typeof DETAILS)[K]>
type Named = { id: string; label: string | null; refusal: ProbeRefusal | null }
export type TracepointEntry = Named & { kind: 'tracepoint' } & Detail<'tracepoint'>
export type KprobeEntry = Named & { kind: 'kprobe' } & Detail<'kprobe'>
export type UprobeEntry = Named & { kind: 'uprobe' } & Detail<'uprobe'>
export type UsdtEntry = Named & { kind: 'usdt' } & Detail<'usdt'>
export type PmuEntry = Named & { kind: 'pmu' } & Detail<'pmu'>
export type CatalogueEntry = TracepointEntry | KprobeEntry | UprobeEntry | UsdtEntry | PmuEntry
export type CatalogueEntryKind = CatalogueEntry['kind']

/** Letter of a line → kind, in the order in which they stand in a catalogue. */
export const CATALOGUE_LETTERS: Readonly<Record<string, CatalogueEntryKind>> = {
  t: 'tracepoint',
  k: 'kprobe',
  u: 'uprobe',
  s: 'usdt',
  p: 'pmu',
}
const LETTER_OF: Readonly<Record<CatalogueEntryKind, string>> = { tracepoint: 't', kprobe: 'k', uprobe: 'u', usdt: 's', pmu: 'p' }

/** The text is not a catalogue, or not this version of one. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError'
}

/** Ids and labels are printable ASCII: what a probe can be named by. So a line's bytes are its characters, and no text can end it. */
const PRINTABLE = /^[\x20-\x7e]*$/
export const isCatalogueName = (text: string): boolean =>
  text !== '' && text.length <= CATALOGUE_LIMITS.maxNameLength && PRINTABLE.test(text)

/** A probe as one line, without the line's end. Labels that are too long, or hold what is not printable, are cut or left out. */
export function encodeCatalogueEntry(entry: CatalogueEntry): string {
  if (!isCatalogueName(entry.id)) throw new CatalogueError('the name of a probe is printable ASCII')
  const label = entry.label !== null && PRINTABLE.test(entry.label) ? cut(entry.label, CATALOGUE_LIMITS.maxLabelLength) : ''
  return `${LETTER_OF[entry.kind]}\t${entry.id}\t${label}\t${entry.refusal ?? ''}\t${asciiJson(detailOf(entry))}`
}

const cut = (text: string, max: number) => (text.length > max ? `${text.slice(0, max - 3)}...` : text)
/** JSON in ASCII: everything else is escaped. */
const asciiJson = (json: unknown) =>
  JSON.stringify(json).replaceAll(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
const bit = (flag: boolean) => (flag ? 1 : 0)

function detailOf(entry: CatalogueEntry): unknown {
  switch (entry.kind) {
    case 'tracepoint':
      return [
        entry.module ?? 0,
        cut(entry.printFmt, 8_000),
        entry.fields.slice(0, 256).map((f) => [cut(f.name, 128), cut(f.cType, 400), f.offset, f.size, bit(f.signed), f.kind] as const),
      ] satisfies DetailInput<'tracepoint'>
    case 'kprobe': {
      const s = entry.signature
      return [
        entry.module ?? 0,
        s === null
          ? 0
          : [
              s.arguments.slice(0, 64).map((a) => [cut(a.name, 128), cut(a.cType, 400), a.kind, a.size] as const),
              [cut(s.returns.cType, 400), s.returns.kind, s.returns.size],
              bit(s.variadic),
            ],
      ] satisfies DetailInput<'kprobe'>
    }
    case 'uprobe':
      return [entry.sizeBytes, entry.offset, bit(entry.exported)] satisfies DetailInput<'uprobe'>
    case 'usdt':
      return [
        entry.sites,
        bit(entry.semaphore),
        entry.arguments.slice(0, 16).map((a) => [a.size, bit(a.signed)] as const),
      ] satisfies DetailInput<'usdt'>
    case 'pmu':
      return [entry.group, cut(entry.description, 1_000), bit(entry.sampled)] satisfies DetailInput<'pmu'>
  }
}

/** One line → a probe. Throws CatalogueError, or a ZodError where the detail is not of its kind. */
export function parseCatalogueLine(line: string): CatalogueEntry {
  if (line.length > CATALOGUE_LIMITS.maxLineLength) throw new CatalogueError('a line of a catalogue is too long')
  const [letter = '', id = '', label = '', refusal = '', json] = line.split('\t')
  const kind = CATALOGUE_LETTERS[letter]
  if (kind === undefined || json === undefined || !isCatalogueName(id)) throw new CatalogueError('not a line of a catalogue')
  if (label.length > CATALOGUE_LIMITS.maxLabelLength || !PRINTABLE.test(label)) throw new CatalogueError('a label that no catalogue has')
  if (refusal !== '' && !isRefusal(refusal)) throw new CatalogueError('a reason that is not known')
  const named: Named = { id, label: label || null, refusal: refusal || null }
  const detail = parseJson(json)
  switch (kind) {
    case 'tracepoint':
      return { kind, ...named, ...DETAILS.tracepoint.parse(detail) }
    case 'kprobe':
      return { kind, ...named, ...DETAILS.kprobe.parse(detail) }
    case 'uprobe':
      return { kind, ...named, ...DETAILS.uprobe.parse(detail) }
    case 'usdt':
      return { kind, ...named, ...DETAILS.usdt.parse(detail) }
    case 'pmu':
      return { kind, ...named, ...DETAILS.pmu.parse(detail) }
  }
}

/** The first line. Throws CatalogueError, or a ZodError. */
export function parseCatalogueHeader(line: string): CatalogueHeader {
  return catalogueHeaderSchema.parse(parseJson(line))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CatalogueError('a line of a catalogue is no JSON')
  }
}

/** Puts a catalogue's text together: sorts, drops what is named twice, counts. */
export function encodeCatalogue(header: Omit<CatalogueHeader, 'sonde' | 'version' | 'counts'>, entries: readonly CatalogueEntry[]): string {
  const order = Object.values(CATALOGUE_LETTERS)
  const sorted = [...entries].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const counts: CatalogueHeader['counts'] = {}
  const lines: string[] = []
  let last = ''
  for (const entry of sorted) {
    const name = `${entry.kind} ${entry.id}`
    if (name === last) continue
    last = name
    counts[entry.kind] = (counts[entry.kind] ?? 0) + 1
    lines.push(encodeCatalogueEntry(entry))
  }
  const first: CatalogueHeader = { sonde: 'catalogue', version: 1, ...header, counts }
  return `${[asciiJson(first), ...lines].join('\n')}\n`
}
