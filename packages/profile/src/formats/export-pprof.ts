import { ByteWriter } from '../byte-writer.ts'
import { FRAME_KIND, type Profile } from '../profile.ts'
import { moduleText } from './module-text.ts'
import { FUNCTION, LABEL, LINE, LOCATION, MAPPING, PROFILE, SAMPLE, VALUE_TYPE } from './pprof-fields.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

/**
 * pprof, not packed yet: one sample for each stack of each thread, with the labels comm, pid, tid and host. Values are whole numbers.
 * Beside the weight stand the number of events, and for samples of known period the CPU time that they are worth; the weight is the
 * default, so that sums are those of the page. A function and what is inlined into it are one location, as pprof has it.
 */
export function exportPprof(profile: Profile): Uint8Array<ArrayBuffer> {
  const { meta, strings, hosts, threads } = profile
  const out = new ProtobufWriter(new ByteWriter(65_536))
  const text = new StringTable()
  const kinds = valueKinds(profile)
  for (const { type, unit } of kinds) writeValueType(out, PROFILE.sampleType, text.of(type), text.of(unit))
  const locations = new LocationTable(profile, out, text)
  const [commKey, pidKey, tidKey, hostKey] = [text.of('comm'), text.of('pid'), text.of('tid'), text.of('host')]

  for (const { stack, thread, weight, count } of addedUp(profile)) {
    out.message(PROFILE.sample, (sample) => {
      sample.packed(SAMPLE.locationId, locations.ofStack(stack))
      sample.packed(
        SAMPLE.value,
        kinds.map(({ amount }) => amount(weight, count)),
      )
      const host = threads.host[thread] ?? 0
      textLabel(sample, commKey, text.of(strings[threads.comm[thread] ?? 0] ?? ''))
      numberLabel(sample, pidKey, threads.pid[thread] ?? -1)
      numberLabel(sample, tidKey, threads.tid[thread] ?? -1)
      textLabel(sample, hostKey, text.of(hosts.name[host] || hosts.id[host] || ''))
    })
  }
  if (meta.startMs > 0) out.bigint(PROFILE.timeNanos, BigInt(Math.round(meta.startMs * 1000)) * 1000n)
  out.bigint(PROFILE.durationNanos, BigInt(Math.round(meta.durationMs * 1000)) * 1000n)
  if (meta.periodNs > 0) {
    writeValueType(out, PROFILE.periodType, text.of(meta.event || 'cpu'), text.of('nanoseconds'))
    out.number(PROFILE.period, Math.round(meta.periodNs))
  }
  out.number(PROFILE.defaultSampleType, text.of(kinds.find(({ isWeight }) => isWeight)?.type ?? ''))
  for (const entry of text.entries) out.text(PROFILE.stringTable, entry)
  return out.bytes.finish()
}

type ValueKind = { type: string; unit: string; isWeight: boolean; amount(weight: number, count: number): number }

function valueKinds({ meta, samples }: Profile): ValueKind[] {
  const { unit, event, periodNs } = meta
  const weight = (type: string, unitName: string): ValueKind => ({ type, unit: unitName, isWeight: true, amount: Math.round })
  const count: ValueKind = { type: 'samples', unit: 'count', isWeight: false, amount: (_, events) => events }
  if (unit === 'samples') {
    const time: ValueKind = { type: 'cpu', unit: 'nanoseconds', isWeight: false, amount: (samples) => Math.round(samples * periodNs) }
    return [weight('samples', 'count'), ...(periodNs > 0 ? [time] : [])]
  }
  if (unit === 'ns') return [count, weight(event || 'time', 'nanoseconds')]
  if (unit === 'bytes') return [count, weight(event || 'space', 'bytes')]
  return [
    ...(samples.count.some((events) => events !== 1) ? [count] : []),
    weight(event === 'samples' ? 'events' : event || 'events', 'count'),
  ]
}

/** Samples by stack and thread, in the order they first come. */
function addedUp({ stacks, samples }: Profile): { stack: number; thread: number; weight: number; count: number }[] {
  const rows = new Map<number, { stack: number; thread: number; weight: number; count: number }>()
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] ?? -1
    const thread = samples.thread[i] ?? 0
    const key = thread * (stacks.length + 1) + stack + 1
    const row = rows.get(key)
    if (row) {
      row.weight += samples.weight[i] ?? 0
      row.count += samples.count[i] ?? 1
    } else rows.set(key, { stack, thread, weight: samples.weight[i] ?? 0, count: samples.count[i] ?? 1 })
  }
  return [...rows.values()]
}

class StringTable {
  readonly entries: string[] = ['']
  private readonly index = new Map<string, number>([['', 0]])

  of(text: string): number {
    const known = this.index.get(text)
    if (known !== undefined) return known
    this.index.set(text, this.entries.length)
    return this.entries.push(text) - 1
  }
}

/** Writes mappings, functions and locations when they are first needed. Ids count from 1. */
class LocationTable {
  private readonly mappings = new Map<string, number>()
  private readonly functions: number[] = []
  private functionCount = 0
  private readonly locations = new Map<string, number>()

  constructor(
    private readonly profile: Profile,
    private readonly out: ProtobufWriter,
    private readonly text: StringTable,
  ) {}

  /** Locations from the innermost to the outermost. */
  ofStack(stack: number): number[] {
    const { frames, stacks } = this.profile
    const locations: number[] = []
    let group: number[] = []
    for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      group.push(frame)
      if (frames.kind[frame] !== FRAME_KIND.inlined) {
        locations.push(this.location(group))
        group = []
      }
    }
    if (group.length > 0) locations.push(this.location(group))
    return locations
  }

  /** `group`: frames from the innermost out; all but the last are inlined. */
  private location(group: readonly number[]): number {
    const key = group.join(' ')
    const known = this.locations.get(key)
    if (known !== undefined) return known
    const mapping = this.mapping(group.at(-1) ?? 0)
    const lines = group.map((frame) => this.function(frame))
    const id = this.locations.size + 1
    this.locations.set(key, id)
    this.out.message(PROFILE.location, (location) => {
      location.number(LOCATION.id, id)
      location.number(LOCATION.mappingId, mapping)
      for (const functionId of lines) location.message(LOCATION.line, (line) => line.number(LINE.functionId, functionId))
    })
    return id
  }

  private function(frame: number): number {
    const known = this.functions[frame]
    if (known !== undefined) return known
    const { strings, frames } = this.profile
    const id = ++this.functionCount
    this.functions[frame] = id
    const name = this.text.of(strings[frames.name[frame] ?? 0] ?? '')
    this.out.message(PROFILE.function, (written) => {
      written.number(FUNCTION.id, id)
      written.number(FUNCTION.name, name)
      written.number(FUNCTION.systemName, name)
    })
    return id
  }

  /** 0: of no module. */
  private mapping(frame: number): number {
    const { strings, frames } = this.profile
    const module = moduleText(strings[frames.module[frame] ?? 0] ?? '', frames.kind[frame] ?? 0, 0)
    if (module === '') return 0
    const known = this.mappings.get(module)
    if (known !== undefined) return known
    const id = this.mappings.size + 1
    this.mappings.set(module, id)
    this.out.message(PROFILE.mapping, (mapping) => {
      mapping.number(MAPPING.id, id)
      mapping.number(MAPPING.filename, this.text.of(module))
      // Says that there is nothing to look up.
      mapping.number(MAPPING.hasFunctions, 1)
    })
    return id
  }
}

function writeValueType(out: ProtobufWriter, field: number, type: number, unit: number): void {
  out.message(field, (message) => {
    message.number(VALUE_TYPE.type, type)
    message.number(VALUE_TYPE.unit, unit)
  })
}

/** Written even where the text is empty: without a comm, a reader may take the program's name for one. */
function textLabel(sample: ProtobufWriter, key: number, text: number): void {
  sample.message(SAMPLE.label, (message) => {
    message.number(LABEL.key, key)
    message.number(LABEL.text, text)
  })
}

function numberLabel(sample: ProtobufWriter, key: number, number: number): void {
  if (number < 0) return
  sample.message(SAMPLE.label, (message) => {
    message.number(LABEL.key, key)
    message.number(LABEL.number, number)
  })
}
