import { type ImportLimits, refuseBeyond } from '../import-limits.ts'
import { classifyModule } from '../perf-module.ts'
import { FRAME_KIND, type Profile } from '../profile.ts'
import { MAX_EXACT, MAX_STACK_DEPTH, ProfileBuilder, UNKNOWN_NAME } from '../profile-builder.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { decodeText } from '../text-bytes.ts'
import { isObject, type JsonObject, requireIndex, requireList, requireNumber, requireObject } from './json-shape.ts'
import { counted, cutNameNotes } from './note-words.ts'
import { readThreadName } from './speedscope-thread-name.ts'
import { type ValueUnit, valueUnit } from './value-units.ts'

/**
 * speedscope's file format (speedscope.app/file-format-schema.json) → profile: each of its profiles, sampled or evented, becomes a thread.
 * Where values are times, samples lie one after the other from the profile's start; an event's time goes to the stack open before it.
 * Profiles of another unit than the first that holds anything (or the active one) are left out and counted.
 * Throws `ProfileFormatError`.
 */
export function importSpeedscope(bytes: Uint8Array, limits: ImportLimits): { profile: Profile; notes: string[] } {
  refuseBeyond(limits.jsonBytes, bytes.length, 'bytes of JSON')
  const { text, notes } = decodeText(bytes)
  const file = requireSpeedscope(parseJson(text))
  const parts = requireList(file.profiles, 'the list of profiles').map((part, i) => readHead(part, i))
  const active = typeof file.activeProfileIndex === 'number' ? parts[file.activeProfileIndex] : undefined
  const first = active ?? parts[0]
  if (!first) throw new ProfileFormatError('is speedscope JSON without a profile')
  const { unit } = first.unit
  const timed = unit === 'ns'
  const builder = new ProfileBuilder({ unit, timed }, limits)
  const frames = addFrames(builder, file, limits)
  const kept = parts.filter((part) => part.unit.unit === unit)
  const origin = timed ? kept.reduce((least, part) => Math.min(least, part.start * part.unit.scale), first.start * first.unit.scale) : 0
  const host = new Map<string, number>()
  const tally: Tally = { cutFrames: 0, negative: 0, lastNs: 0 }

  for (const part of kept) {
    const { comm, pid, tid, hostName } = readThreadName(part.name)
    const hostRow = host.get(hostName) ?? builder.addHost('', hostName)
    host.set(hostName, hostRow)
    const thread = builder.addThread(hostRow, pid, tid, comm)
    const startNs = timed ? part.start * part.unit.scale - origin : 0
    const add = (stack: number, offset: number, value: number) => {
      if (value < 0) tally.negative++
      if (value <= 0) return
      const weight = value * part.unit.scale
      const atNs = timed ? startNs + offset * part.unit.scale : 0
      if (weight > MAX_EXACT || atNs > MAX_EXACT) throw new ProfileFormatError(`has a time or a weight beyond 2^53 in ${part.label}`)
      builder.addSample(stack, thread, atNs / 1000, weight)
      if (timed) tally.lastNs = Math.max(tally.lastNs, atNs + weight)
    }
    if (part.type === 'sampled') readSamples(part, frames, builder, tally, add)
    else readEvents(part, frames, builder, tally, add)
  }
  builder.meta = { ...builder.meta, durationMs: timed ? tally.lastNs / 1e6 : 0 }
  if (builder.sampleCount === 0) throw new ProfileFormatError('is speedscope JSON without a sample')

  const others = parts.length - kept.length
  if (others > 0) notes.push(`${counted(others, 'profile')} of another unit left out: units cannot be added up`)
  if (tally.negative > 0) notes.push(`${counted(tally.negative, 'sample')} left out: of less than nothing`)
  if (tally.cutFrames > 0) notes.push(`${counted(tally.cutFrames, 'frame')} cut off stacks that are too deep`)
  return { profile: builder.build(), notes: [...notes, ...cutNameNotes(builder.cutNames, limits)] }
}

type Part = {
  label: string
  name: string
  type: 'sampled' | 'evented'
  unit: ValueUnit
  start: number
  end: number | null
  body: JsonObject
}
type Tally = { cutFrames: number; negative: number; lastNs: number }
type AddSample = (stack: number, offset: number, value: number) => void

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    throw new ProfileFormatError(
      `is broken JSON${position === undefined ? '' : ` (at character ${Number(position).toLocaleString('en-US')})`}`,
    )
  }
}

function requireSpeedscope(value: unknown): JsonObject {
  if (isObject(value) && Array.isArray(value.profiles) && isObject(value.shared)) return value
  if (isObject(value) && Array.isArray(value.traceEvents)) throw new ProfileFormatError("is a trace of Chrome's, which is not read")
  if (isObject(value) && isObject(value.meta) && Array.isArray(value.threads))
    throw new ProfileFormatError("is a profile of Firefox's, which is not read")
  if (isObject(value) && Array.isArray(value.nodes))
    throw new ProfileFormatError('is a CPU profile of V8, which is not read: convert it with speedscope')
  throw new ProfileFormatError('is JSON, but not of speedscope: the only JSON that is read')
}

function readHead(value: unknown, index: number): Part {
  const label = `profile ${index + 1}`
  const body = requireObject(value, label)
  const { type, name, unit } = body
  if (type !== 'sampled' && type !== 'evented')
    throw new ProfileFormatError(`is broken speedscope JSON: ${label} is neither sampled nor evented`)
  const start = body.startValue === undefined ? 0 : requireNumber(body.startValue, `${label}'s start`)
  const end = body.endValue === undefined || body.endValue === null ? null : requireNumber(body.endValue, `${label}'s end`)
  return {
    label,
    name: typeof name === 'string' ? name : '',
    type,
    unit: valueUnit(typeof unit === 'string' ? unit : ''),
    start,
    end,
    body,
  }
}

/** Frame rows by the file's index. Their file is the module, as a speedscope frame has none. */
function addFrames(builder: ProfileBuilder, file: JsonObject, limits: ImportLimits): Uint32Array {
  const list = requireList(requireObject(file.shared, 'the shared part').frames, 'the list of frames')
  refuseBeyond(limits.frames, list.length, 'functions')
  return Uint32Array.from(list, (value, i) => {
    const frame = requireObject(value, `frame ${i}`)
    const name = typeof frame.name === 'string' ? frame.name : ''
    const { module, kind } = classifyModule(typeof frame.file === 'string' ? frame.file : '')
    return builder.addFrame(name, module, name === '' || name === UNKNOWN_NAME ? FRAME_KIND.unknown : kind)
  })
}

function readSamples(part: Part, frames: Uint32Array, builder: ProfileBuilder, tally: Tally, add: AddSample): void {
  const samples = requireList(part.body.samples, `${part.label}'s list of samples`)
  const weights = requireList(part.body.weights, `${part.label}'s list of weights`)
  if (weights.length !== samples.length) {
    throw new ProfileFormatError(`is broken speedscope JSON: ${part.label} has ${samples.length} samples and ${weights.length} weights`)
  }
  let offset = 0
  for (let i = 0; i < samples.length; i++) {
    const where = `sample ${i} of ${part.label}`
    const path = requireList(samples[i], where)
    const weight = requireNumber(weights[i], `the weight of ${where}`)
    let stack = -1
    for (let at = 0; at < Math.min(path.length, MAX_STACK_DEPTH); at++) {
      stack = builder.addStack(stack, frames[requireIndex(path[at], frames.length, () => `frame ${at} of ${where}`)] ?? 0)
    }
    tally.cutFrames += Math.max(0, path.length - MAX_STACK_DEPTH)
    add(stack, offset, weight)
    offset += Math.max(0, weight)
  }
}

function readEvents(part: Part, frames: Uint32Array, builder: ProfileBuilder, tally: Tally, add: AddSample): void {
  const events = requireList(part.body.events, `${part.label}'s list of events`)
  /** Frame and stack row of each open call, the outermost first. */
  const openFrames: number[] = []
  const openStacks: number[] = []
  let last = part.start
  const forward = (at: number, where: string) => {
    if (at < last) throw new ProfileFormatError(`is broken speedscope JSON: ${where} comes before the one in front of it`)
    add(openStacks.at(-1) ?? -1, last - part.start, openFrames.length === 0 ? 0 : at - last)
    last = at
  }
  for (let i = 0; i < events.length; i++) {
    const where = `event ${i} of ${part.label}`
    const event = requireObject(events[i], where)
    forward(requireNumber(event.at, `the time of ${where}`), where)
    const frame = requireIndex(event.frame, frames.length, () => `the frame of ${where}`)
    if (event.type === 'O') {
      const parent = openStacks.at(-1) ?? -1
      if (openFrames.length >= MAX_STACK_DEPTH) tally.cutFrames++
      openStacks.push(openFrames.length >= MAX_STACK_DEPTH ? parent : builder.addStack(parent, frames[frame] ?? 0))
      openFrames.push(frame)
    } else if (event.type === 'C') {
      if (openFrames.at(-1) !== frame)
        throw new ProfileFormatError(`is broken speedscope JSON: ${where} ends another call than the one that is open`)
      openFrames.pop()
      openStacks.pop()
    } else throw new ProfileFormatError(`is broken speedscope JSON: ${where} neither opens nor closes a call`)
  }
  if (part.end !== null && part.end > last) forward(part.end, `the end of ${part.label}`)
}
