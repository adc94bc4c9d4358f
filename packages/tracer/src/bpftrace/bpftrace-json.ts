import { jsonEntries } from './json-entries.ts'
import { JsonValues } from './json-values.ts'

/** A value in a map: integers (as numbers, exact to 2^53), text, and tuples or structs as they come. */
export type MapValue = number | string | boolean | null | MapValue[] | { [field: string]: MapValue }
/** `min` is missing below the first bucket, `max` above the last one; both bounds are inclusive. */
export type HistogramBucket = { min: number | null; max: number | null; count: number }
export type Stats = { count: number; average: number; total: number }
/** `key` is null for a map without a key. A key of several parts is one string, joined with commas: see `splitMapKey`. */
export type Keyed<Value> = { key: string | null; value: Value }

/** What bpftrace says with `-f json`, one message per JSON object. */
export type BpftraceMessage =
  | { type: 'attached_probes'; probes: number }
  | { type: 'map'; name: string; entries: Keyed<MapValue>[] }
  | { type: 'hist'; name: string; entries: Keyed<HistogramBucket[]>[] }
  | { type: 'stats'; name: string; entries: Keyed<Stats>[] }
  /** A value that the program printed by itself: a tuple is an array. */
  | { type: 'value'; value: MapValue }
  /** printf, time, join, cat, system, syscall …: text of the program's own. */
  | { type: 'text'; source: string; text: string }
  | { type: 'lost_events'; events: number }
  | { type: 'other'; name: string; data: unknown }
  /** Not JSON, or not what its type says. */
  | { type: 'malformed'; text: string }

const TEXT_SOURCES: ReadonlySet<string> = new Set(['printf', 'time', 'join', 'cat', 'system', 'syscall', 'strftime', 'errorf', 'debugf'])

/**
 * Reads a whole `bpftrace -f json` output. Objects may stand one a line or over several lines.
 * Format: bpftrace's src/output.cpp (JsonOutput); never throws, what cannot be read is `malformed`.
 */
export function parseBpftraceJson(text: string): BpftraceMessage[] {
  const stream = new BpftraceJsonStream()
  return [...stream.push(text), ...stream.end()]
}

/** The same for output that comes in pieces. */
export class BpftraceJsonStream {
  private readonly values = new JsonValues()
  private readonly decoder = new TextDecoder()
  private broken = 0

  push(piece: string | Uint8Array): BpftraceMessage[] {
    const messages = this.values.push(typeof piece === 'string' ? piece : this.decoder.decode(piece, { stream: true })).flatMap(readMessage)
    return [...messages, ...this.newlyBroken()]
  }

  /** The output has ended: an object that is still open was cut. */
  end(): BpftraceMessage[] {
    return this.values.open ? [{ type: 'malformed', text: 'the output ends within a message' }] : []
  }

  private newlyBroken(): BpftraceMessage[] {
    const count = this.values.brokenValues - this.broken
    this.broken += count
    return Array.from({ length: count }, () => ({ type: 'malformed', text: 'a message is cut' }))
  }
}

/**
 * Splits a key of several parts. Text may hold commas itself, so only one part may be text of any form: the numbers are taken from both
 * sides and the rest is the text. Returns null where the key does not fit the shape.
 *
 *   splitMapKey('4242,a,b,257', ['number', 'text', 'number'])   → [4242, 'a,b', 257]
 */
export function splitMapKey<const Shape extends readonly ('number' | 'text')[]>(key: string, shape: Shape): KeyParts<Shape> | null {
  const pieces = key.split(',')
  const textAt = shape.indexOf('text')
  if (textAt >= 0 && shape.lastIndexOf('text') !== textAt) return null
  if (textAt < 0 ? pieces.length !== shape.length : pieces.length < shape.length) return null
  const after = shape.length - textAt - 1
  const parts =
    textAt < 0
      ? pieces
      : [...pieces.slice(0, textAt), pieces.slice(textAt, pieces.length - after).join(','), ...pieces.slice(pieces.length - after)]
  const read = parts.map((part, i) => (shape[i] === 'number' ? (/^-?\d+$/.test(part.trim()) ? Number(part) : null) : part))
  return read.includes(null) ? null : (read as KeyParts<Shape>)
}
export type KeyParts<Shape extends readonly ('number' | 'text')[]> = {
  -readonly [I in keyof Shape]: Shape[I] extends 'number' ? number : string
}

/**
 * The power of two that a log2 histogram's bucket begins at: 0 for [0] and [1], 3 for [8, 15]. Null for negative values.
 */
export function log2Bucket(bucket: HistogramBucket): number | null {
  if (bucket.min === null || bucket.min < 0) return null
  return bucket.min < 2 ? 0 : Math.min(63, Math.floor(Math.log2(bucket.min)))
}

function readMessage(text: string): BpftraceMessage[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return [malformed(text)]
  }
  if (!isRecord(parsed) || typeof parsed.type !== 'string') return [malformed(text)]
  const { type, data } = parsed
  if (TEXT_SOURCES.has(type)) return typeof data === 'string' ? [{ type: 'text', source: type, text: data }] : [malformed(text)]
  switch (type) {
    case 'attached_probes':
      return isRecord(data) && isCount(data.probes) ? [{ type, probes: data.probes }] : [malformed(text)]
    case 'lost_events':
      return isRecord(data) && isCount(data.events) ? [{ type, events: data.events }] : [malformed(text)]
    case 'value': {
      const value = readMapValue(data)
      return value === undefined ? [malformed(text)] : [{ type, value }]
    }
    case 'map':
      return maps(data, text, readMapValue, isRecord).map((map) => ('type' in map ? map : { type: 'map', ...map }))
    case 'hist':
      return maps(data, text, readBuckets, isRecord).map((map) => ('type' in map ? map : { type: 'hist', ...map }))
    case 'stats':
      // {"count": 2, …} is the statistics of a map without a key, and so is a bare number (avg); else it is keys.
      return maps(data, text, readStats, (value) => isRecord(value) && readStats(value) === undefined).map((map) =>
        'type' in map ? map : { type: 'stats', ...map },
      )
    default:
      return [{ type: 'other', name: type, data }]
  }
}

/** `{"@name": value}` or `{"@name": {"key": value, …}}`, for one or several names. */
function maps<Value>(
  data: unknown,
  text: string,
  read: (value: unknown) => Value | undefined,
  isKeyed: (value: unknown) => boolean,
): ({ name: string; entries: Keyed<Value>[] } | Extract<BpftraceMessage, { type: 'malformed' }>)[] {
  if (!isRecord(data)) return [malformed(text)]
  return Object.entries(data).map(([name, content]) => {
    const pairs: [string | null, unknown][] = isKeyed(content) && isRecord(content) ? entriesOf(text, name) : [[null, content]]
    const entries: Keyed<Value>[] = []
    for (const [key, raw] of pairs) {
      const value = read(raw)
      if (value === undefined) return malformed(text)
      entries.push({ key, value })
    }
    return { name, entries }
  })
}

/** The entries of one map of a message, with keys that are printed twice. */
function entriesOf(text: string, name: string): [string, unknown][] {
  const inside = (object: string | undefined, key: string) =>
    object === undefined ? undefined : jsonEntries(object)?.find(([found]) => found === key)?.[1]
  const map = inside(inside(text, 'data'), name)
  return (map === undefined ? [] : (jsonEntries(map) ?? [])).map(([key, value]) => [key, JSON.parse(value)])
}

function readMapValue(value: unknown): MapValue | undefined {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((item) => readMapValue(item) ?? null)
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, readMapValue(item) ?? null]))
  return undefined
}

function readBuckets(value: unknown): HistogramBucket[] | undefined {
  if (!Array.isArray(value)) return undefined
  const buckets: HistogramBucket[] = []
  for (const item of value) {
    if (!isRecord(item) || !isCount(item.count)) return undefined
    buckets.push({
      min: typeof item.min === 'number' ? item.min : null,
      max: typeof item.max === 'number' ? item.max : null,
      count: item.count,
    })
  }
  return buckets
}

function readStats(value: unknown): Stats | undefined {
  if (typeof value === 'number') return { count: 0, average: value, total: 0 }
  if (!isRecord(value)) return undefined
  const { count, average, total } = value
  return isCount(count) && typeof average === 'number' && typeof total === 'number' ? { count, average, total } : undefined
}

const malformed = (text: string) => ({ type: 'malformed' as const, text: text.slice(0, 200) })
const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
