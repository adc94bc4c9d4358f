import type { ImportLimits } from '../import-limits.ts'
import { refuseBeyond } from '../import-limits.ts'
import { classifyModule } from '../perf-module.ts'
import { FRAME_KIND, type Profile } from '../profile.ts'
import { MAX_EXACT, MAX_STACK_DEPTH, ProfileBuilder, UNKNOWN_NAME } from '../profile-builder.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { moduleOffsetName } from './address-name.ts'
import { counted, cutNameNotes } from './note-words.ts'
import { LABEL, SAMPLE } from './pprof-fields.ts'
import { type PprofTables, readPprofTables } from './pprof-tables.ts'
import { ProtobufReader, type WideId } from './protobuf-reader.ts'
import { valueUnit } from './value-units.ts'

/**
 * pprof (protobuf, unpacked) → profile without times. Of several values a sample has, the file's default is taken, or the last one, as
 * `go tool pprof` does; a count right before it says how many events a sample stands for. Labels that name thread, process or host are
 * read, others are counted and left out. A location without a function is called `module+0xoffset`.
 * Throws `ProfileFormatError`.
 */
export function importPprof(bytes: Uint8Array, limits: ImportLimits): { profile: Profile; notes: string[] } {
  const tables = readPprofTables(bytes, limits)
  const { sampleTypes, sampleAt } = tables
  if (sampleTypes.length === 0 || sampleAt.length === 0) throw new ProfileFormatError('is pprof without a sample')
  const byDefault = sampleTypes.findIndex(({ type }) => type !== '' && type === tables.strings[tables.defaultSampleType])
  const taken = byDefault >= 0 ? byDefault : sampleTypes.length - 1
  const { type, unit: unitName } = sampleTypes[taken] ?? { type: '', unit: '' }
  const { unit, scale } = valueUnit(unitName)
  const before = sampleTypes[taken - 1]
  const isCounted = before !== undefined && valueUnit(before.unit).unit === 'count' && (unit !== 'count' || before.type === 'samples')
  const countAt = isCounted ? taken - 1 : -1
  const isSamples = unit === 'count' && /^samples?$/.test(type)
  const period = valueUnit(tables.periodType.unit)
  const isPeriodic = isSamples && period.unit === 'ns'
  const builder = new ProfileBuilder({}, limits)
  builder.meta = {
    event: ((isPeriodic && tables.periodType.type) || type).slice(0, 256),
    unit: isSamples ? 'samples' : unit,
    periodNs: isPeriodic ? amount(tables.period * period.scale) : 0,
    startMs: amount(tables.timeNanos / 1e6),
    durationMs: amount(tables.durationNanos / 1e6),
    timed: false,
  }

  const framesOf = locationFrames(tables, builder)
  const hasTooManyFrames = frameBudget(limits)
  const left = { negative: 0, labelled: 0, cutFrames: 0 }
  const threads = new ThreadLabels(tables, builder)
  const isProgram = classifyModule(tables.program).kind === FRAME_KIND.user
  const program = isProgram ? tables.program.slice(tables.program.lastIndexOf('/') + 1) : ''
  const ids: WideId[] = []
  const values: number[] = []
  for (let i = 0; i < sampleAt.length; i += 2) {
    const sample = new ProtobufReader(bytes, sampleAt[i], sampleAt[i + 1])
    ids.length = 0
    values.length = 0
    threads.begin()
    while (sample.next()) {
      if (sample.field === SAMPLE.locationId) sample.repeated((reader) => void ids.push(reader.id()))
      else if (sample.field === SAMPLE.value)
        sample.repeated((reader) => void (values.length < sampleTypes.length ? values.push(reader.varint()) : reader.id()))
      else if (sample.field === SAMPLE.label) threads.label(sample.message())
      else sample.skip()
    }
    if (threads.hasOthers) left.labelled++
    const weight = (values[taken] ?? sample.fail('is broken pprof: a sample has fewer values than the file has kinds')) * scale
    if (weight < 0) left.negative++
    if (weight <= 0) continue
    if (weight > MAX_EXACT) sample.fail('has a value beyond 2^53')
    let stack = -1
    for (let at = ids.length - 1; at >= 0; at--) {
      const frames = framesOf(ids[at] ?? 0, sample)
      hasTooManyFrames(frames.length)
      for (const frame of frames) {
        if (builder.depthOf(stack) === MAX_STACK_DEPTH) left.cutFrames++
        else stack = builder.addStack(stack, frame)
      }
    }
    const count = countAt < 0 ? 1 : Math.min(MAX_EXACT, Math.max(1, values[countAt] ?? 1))
    builder.addSample(stack, threads.row(program), 0, weight, count)
  }

  const notes = [
    ...(sampleTypes.length > 1 && sampleTypes.length - 1 > (countAt < 0 ? 0 : 1)
      ? [
          `${counted(sampleTypes.length - (countAt < 0 ? 1 : 2), 'other kind of value', 'other kinds of value')} left out: a profile has one`,
        ]
      : []),
    ...(left.negative > 0 ? [`${counted(left.negative, 'sample')} left out: less than nothing, as in a difference of two profiles`] : []),
    ...(left.labelled > 0 ? [`Labels of ${counted(left.labelled, 'sample')} left out: only thread, process and host are kept`] : []),
    ...(left.cutFrames > 0 ? [`${counted(left.cutFrames, 'frame')} cut off stacks that are too deep`] : []),
    ...framesOf.notes(),
    ...cutNameNotes(builder.cutNames, limits),
  ]
  return { profile: builder.build(), notes }
}

/** What meta may hold: 0 where a file says something impossible. */
const amount = (value: number): number => (value >= 0 && value <= MAX_EXACT ? value : 0)

function frameBudget({ stackFrames }: ImportLimits): (frames: number) => void {
  let seen = 0
  return (frames) => {
    seen += frames
    refuseBeyond(stackFrames, seen, 'frames in all samples together')
  }
}

type LocationFrames = { (id: WideId, at: ProtobufReader): readonly number[]; notes(): string[] }

/** Frame rows of a location, outermost first. */
function locationFrames(tables: PprofTables, builder: ProfileBuilder): LocationFrames {
  const known = new Map<WideId, number[]>()
  let nameless = 0
  const framesOf = (id: WideId, at: ProtobufReader): readonly number[] => {
    const before = known.get(id)
    if (before) return before
    const location = tables.locations.get(id) ?? at.fail('is broken pprof: a sample points at a location that is not there')
    const mapping = tables.mappings.get(location.mapping)
    const { module, kind } = classifyModule(mapping?.filename ?? '')
    const frames: number[] = []
    const last = location.functions.length - 1
    for (let i = last; i >= 0; i--) {
      const name =
        tables.functions.get(location.functions[i] ?? 0) ?? at.fail('is broken pprof: a location points at a function that is not there')
      if (name === '' || name === UNKNOWN_NAME) frames.push(builder.addFrame(UNKNOWN_NAME, module, FRAME_KIND.unknown))
      else frames.push(builder.addFrame(name, module, i === last ? kind : FRAME_KIND.inlined))
    }
    if (last < 0) {
      nameless++
      const offset = BigInt(location.address) - BigInt(mapping?.start ?? 0) + BigInt(mapping?.fileOffset ?? 0)
      frames.push(builder.addFrame(moduleOffsetName(module, BigInt.asUintN(64, offset)), module, kind))
    }
    known.set(id, frames)
    return frames
  }
  const notes = () => (nameless === 0 ? [] : [`${counted(nameless, 'place')} without a function's name: shown as module and offset`])
  return Object.assign(framesOf, { notes })
}

const COMM_KEYS = ['comm', 'thread_name', 'thread', 'thread name']
const PID_KEYS = ['pid', 'process_id', 'process id']
const TID_KEYS = ['tid', 'thread_id', 'thread id']
const HOST_KEYS = ['host', 'hostname', 'node', 'instance']

/** Collects the labels of one sample that say whose it is. */
class ThreadLabels {
  hasOthers = false
  private comm: string | null = null
  private host = ''
  private pid = -1
  private tid = -1

  constructor(
    private readonly tables: PprofTables,
    private readonly builder: ProfileBuilder,
  ) {}

  begin(): void {
    this.hasOthers = false
    this.comm = null
    this.host = ''
    this.pid = -1
    this.tid = -1
  }

  label(message: ProtobufReader): void {
    let [key, text, number] = [0, 0, 0]
    while (message.next()) {
      if (message.field === LABEL.key) key = message.varint()
      else if (message.field === LABEL.text) text = message.varint()
      else if (message.field === LABEL.number) number = message.varint()
      else message.skip()
    }
    const { strings } = this.tables
    const name = strings[key] ?? message.fail('is broken pprof: a label points at a name that is not there')
    const value = strings[text] ?? message.fail('is broken pprof: a label points at a name that is not there')
    if (COMM_KEYS.includes(name)) this.comm = value
    else if (HOST_KEYS.includes(name)) this.host = value
    else if (PID_KEYS.includes(name)) this.pid = idOf(value, number)
    else if (TID_KEYS.includes(name)) this.tid = idOf(value, number)
    else this.hasOthers = true
  }

  /** `program` names threads that no label names. */
  row(program: string): number {
    return this.builder.addThread(this.builder.addHost('', this.host), this.pid, this.tid < 0 ? this.pid : this.tid, this.comm ?? program)
  }
}

function idOf(text: string, number: number): number {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : number
  return id >= 0 && id <= 0x7fffffff ? id : -1
}
