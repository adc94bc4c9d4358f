import { ByteReader } from './byte-reader.ts'
import { PROFILE_MAGIC, PROFILE_UNITS, PROFILE_VERSIONS } from './encode-profile.ts'
import { readNumbers } from './number-column.ts'
import {
  FRAME_KIND,
  type FrameTable,
  type HostTable,
  type Profile,
  type ProfileMeta,
  type SampleTable,
  type StackTable,
  type ThreadTable,
} from './profile.ts'
import { MAX_STACK_DEPTH } from './profile-builder.ts'
import { releaseColumns } from './release-columns.ts'

const MAX_INT32 = 0x7fffffff
const FRAME_KINDS = Object.keys(FRAME_KIND).length

/**
 * Bytes of `encodeProfile` → profile. The bytes may come from anyone: whatever is returned obeys every rule of profile.ts
 * (indexes in range, parents before children, sorted finite times, weights ≥ 0, whole counts ≥ 1), anything else throws `ProfileFormatError`.
 * Memory stays within about 40 times the input's size. The result shares no memory with `bytes`.
 */
export function decodeProfile(bytes: Uint8Array): Profile {
  const input = new ByteReader(bytes)
  if (input.remaining < PROFILE_MAGIC.length || PROFILE_MAGIC.some((byte) => byte !== input.byte())) input.fail('is not a Sonde profile')
  const version = input.varint()
  const { plain, counted, grouped } = PROFILE_VERSIONS
  if (!(version >= plain && version <= grouped)) input.fail(`is of version ${version}; this program reads versions ${plain} to ${grouped}`)

  const meta = readMeta(input)
  const strings = readStrings(input)
  const hosts = readHosts(input)
  const threads = readThreads(input, hosts.length, strings.length)
  const frames = readFrames(input, strings.length)
  const stacks = readStacks(input, frames.length)
  const samples = readSamples(input, stacks.length, threads.length, version >= counted)
  if (version >= grouped) threads.cgroup = readIndexes(input, threads.length, 'string', strings.length)
  if (input.remaining > 0) input.fail(`goes on for ${input.remaining} bytes after its end`)
  return { meta, strings, hosts, threads, frames, stacks, samples }
}

function readMeta(input: ByteReader): ProfileMeta {
  const event = input.text()
  const unit = PROFILE_UNITS[input.byte()]
  if (unit === undefined) return input.fail('counts in an unknown unit')
  const timed = input.byte()
  if (timed > 1) input.fail('has a flag that is neither 0 nor 1')
  const [periodNs, startMs, durationMs] = [readAmount(input), readAmount(input), readAmount(input)]
  return { event, unit, periodNs, startMs, durationMs, timed: timed === 1 }
}

function readAmount(input: ByteReader): number {
  const value = input.float64()
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) input.fail(`has ${value} for a period or a time`)
  return value
}

function readStrings(input: ByteReader): string[] {
  const length = input.count('strings', 1)
  const sizes = new Uint32Array(length)
  let totalBytes = 0
  for (let i = 0; i < length; i++) {
    const size = input.varint()
    totalBytes += size
    if (totalBytes > input.remaining) input.fail('has strings longer than itself')
    sizes[i] = size
  }
  if (length === 0 || sizes[0] !== 0) input.fail('must have the empty string first')
  const bytes = input.raw(totalBytes)
  const text = input.utf8(bytes)
  // All ASCII, as most are: offsets in bytes are offsets in characters, and slicing beats a decoder call per string.
  const ascii = text.length === bytes.length
  const strings = new Array<string>(length)
  let offset = 0
  for (let i = 0; i < length; i++) {
    const end = offset + (sizes[i] ?? 0)
    strings[i] = ascii ? text.slice(offset, end) : input.utf8(bytes.subarray(offset, end))
    offset = end
  }
  return strings
}

function readHosts(input: ByteReader): HostTable {
  const length = input.count('hosts', 2)
  const id: string[] = []
  const name: string[] = []
  for (let i = 0; i < length; i++) {
    id.push(input.text())
    name.push(input.text())
  }
  return { length, id, name }
}

function readThreads(input: ByteReader, hosts: number, strings: number): ThreadTable {
  const length = input.count('threads', 4)
  return {
    length,
    host: readIndexes(input, length, 'host', hosts),
    pid: readIds(input, length, 'pid'),
    tid: readIds(input, length, 'tid'),
    comm: readIndexes(input, length, 'string', strings),
    cgroup: new Uint32Array(length),
  }
}

function readFrames(input: ByteReader, strings: number): FrameTable {
  const length = input.count('frames', 3)
  const name = new Uint32Array(length)
  let previous = 0
  for (let i = 0; i < length; i++) {
    previous += input.zigzag()
    if (!(previous >= 0 && previous < strings)) input.fail(`points at string ${previous} of ${strings}`)
    name[i] = previous
  }
  const module = readIndexes(input, length, 'string', strings)
  const kind = input.raw(length).slice()
  if (kind.some((value) => value >= FRAME_KINDS)) input.fail('has a frame of an unknown kind')
  return { length, name, module, kind }
}

function readStacks(input: ByteReader, frames: number): StackTable {
  const length = input.count('stacks', 2)
  const parent = new Int32Array(length)
  const depth = new Uint16Array(length)
  for (let i = 0; i < length; i++) {
    const distance = input.varint()
    if (distance > i) input.fail(`has a stack whose parent is ${distance} rows before row ${i}`)
    parent[i] = distance === 0 ? -1 : i - distance
    const rowDepth = distance === 0 ? 1 : (depth[i - distance] ?? 0) + 1
    if (rowDepth > MAX_STACK_DEPTH) input.fail(`has a stack of more than ${MAX_STACK_DEPTH} frames`)
    depth[i] = rowDepth
  }
  releaseColumns(depth)
  return { length, parent, frame: readIndexes(input, length, 'frame', frames) }
}

function readSamples(input: ByteReader, stacks: number, threads: number, isCounted: boolean): SampleTable {
  const length = input.count('samples', 2)
  const stack = new Int32Array(length)
  for (let i = 0; i < length; i++) stack[i] = input.index('stack', stacks + 1) - 1
  const thread = readIndexes(input, length, 'thread', threads)
  const timeUs = readNumbers(input, length, 'a time')
  for (let i = 1; i < length; i++) {
    if ((timeUs[i] ?? 0) < (timeUs[i - 1] ?? 0)) input.fail('has samples that are not in order of time')
  }
  const weight = readNumbers(input, length, 'a weight')
  // Loops, not some(): that makes a heap object of each number, tens of megabytes of garbage for a large profile.
  for (let i = 0; i < length; i++) if ((weight[i] ?? 0) < 0) input.fail('has a negative weight')
  const count = isCounted ? readNumbers(input, length, 'a count') : new Float64Array(length).fill(1)
  for (let i = 0; isCounted && i < length; i++) {
    const value = count[i] ?? 0
    if (!(value >= 1 && Number.isSafeInteger(value))) input.fail('has a count that is not a number of events')
  }
  return { length, stack, thread, timeUs, weight, count }
}

function readIndexes(input: ByteReader, length: number, what: string, limit: number): Uint32Array {
  const column = new Uint32Array(length)
  for (let i = 0; i < length; i++) column[i] = input.index(what, limit)
  return column
}

/** pid or tid: -1 where unknown, and whatever fits 32 bits. */
function readIds(input: ByteReader, length: number, what: string): Int32Array {
  const column = new Int32Array(length)
  let previous = 0
  for (let i = 0; i < length; i++) {
    previous += input.zigzag()
    if (!(previous >= -1 && previous <= MAX_INT32)) input.fail(`has ${what} ${previous}`)
    column[i] = previous
  }
  return column
}
