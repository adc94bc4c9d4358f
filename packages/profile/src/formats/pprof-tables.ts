import { type ImportLimits, refuseBeyond } from '../import-limits.ts'
import { FUNCTION, LINE, LOCATION, MAPPING, PROFILE, VALUE_TYPE } from './pprof-fields.ts'
import { ProtobufReader, type WideId } from './protobuf-reader.ts'

export type ValueType = { type: string; unit: string }
export type PprofLocation = {
  mapping: WideId
  address: WideId /** Functions, innermost first: all but the last are inlined. */
  functions: WideId[]
}
export type PprofMapping = { start: WideId; fileOffset: WideId; filename: string }

/** A pprof file but for its samples, which are read one by one from `sampleAt`. */
export type PprofTables = {
  strings: string[]
  sampleTypes: ValueType[]
  /** Index into strings; 0 where none is said. */
  defaultSampleType: number
  periodType: ValueType
  period: number
  timeNanos: number
  durationNanos: number
  mappings: Map<WideId, PprofMapping>
  /** The first mapping is the program by convention. */
  program: string
  locations: Map<WideId, PprofLocation>
  functions: Map<WideId, string>
  /** Where each sample's message begins and ends: pairs. */
  sampleAt: number[]
}

/** Bounds of things that a profile of a real program has a handful of. */
const MAX_SAMPLE_TYPES = 64
const MAX_INLINED = 1024

/** Reads everything but the samples. The strings may stand anywhere in the file, so what points at them is looked up at the end. */
export function readPprofTables(bytes: Uint8Array, limits: ImportLimits): PprofTables {
  const file = new ProtobufReader(bytes)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const strings: string[] = []
  const sampleTypes: [number, number][] = []
  let periodType: [number, number] = [0, 0]
  const mappings = new Map<WideId, { start: WideId; fileOffset: WideId; filename: number }>()
  const locations = new Map<WideId, PprofLocation>()
  const functions = new Map<WideId, { name: number; systemName: number }>()
  const sampleAt: number[] = []
  let [defaultSampleType, period, timeNanos, durationNanos, program] = [0, 0, 0, 0, -1]

  while (file.next()) {
    switch (file.field) {
      case PROFILE.stringTable:
        refuseBeyond(limits.strings, strings.length + 1, 'names')
        strings.push(decoder.decode(file.raw()))
        break
      case PROFILE.sampleType:
        refuseBeyond(MAX_SAMPLE_TYPES, sampleTypes.length + 1, 'kinds of values')
        sampleTypes.push(readValueType(file.message()))
        break
      case PROFILE.periodType:
        periodType = readValueType(file.message())
        break
      case PROFILE.sample: {
        refuseBeyond(limits.samples, sampleAt.length / 2 + 1, 'samples')
        const end = file.raw().length
        sampleAt.push(file.offset - end, file.offset)
        break
      }
      case PROFILE.mapping: {
        refuseBeyond(limits.threads, mappings.size + 1, 'modules')
        const { id, mapping } = readMapping(file.message())
        if (program < 0) program = mapping.filename
        mappings.set(id, mapping)
        break
      }
      case PROFILE.location: {
        refuseBeyond(limits.frames, locations.size + 1, 'locations')
        const { id, location } = readLocation(file.message())
        locations.set(id, location)
        break
      }
      case PROFILE.function: {
        refuseBeyond(limits.frames, functions.size + 1, 'functions')
        const { id, names } = readFunction(file.message())
        functions.set(id, names)
        break
      }
      case PROFILE.defaultSampleType:
        defaultSampleType = file.varint()
        break
      case PROFILE.period:
        period = file.varint()
        break
      case PROFILE.timeNanos:
        timeNanos = file.varint()
        break
      case PROFILE.durationNanos:
        durationNanos = file.varint()
        break
      default:
        file.skip()
    }
  }

  const text = (index: number): string => strings[index] ?? file.fail(`is broken pprof: it points at name ${index} of ${strings.length}`)
  const valueType = ([type, unit]: [number, number]): ValueType => ({ type: text(type), unit: text(unit) })
  if (strings.length === 0) strings.push('')
  return {
    strings,
    sampleTypes: sampleTypes.map(valueType),
    defaultSampleType,
    periodType: valueType(periodType),
    period,
    timeNanos,
    durationNanos,
    mappings: new Map([...mappings].map(([id, mapping]) => [id, { ...mapping, filename: text(mapping.filename) }])),
    program: program < 0 ? '' : text(program),
    locations,
    functions: new Map([...functions].map(([id, { name, systemName }]) => [id, text(name) || text(systemName)])),
    sampleAt,
  }
}

function readValueType(message: ProtobufReader): [number, number] {
  const at: [number, number] = [0, 0]
  while (message.next()) {
    if (message.field === VALUE_TYPE.type) at[0] = message.varint()
    else if (message.field === VALUE_TYPE.unit) at[1] = message.varint()
    else message.skip()
  }
  return at
}

function readMapping(message: ProtobufReader) {
  let id: WideId = 0
  const mapping = { start: 0 as WideId, fileOffset: 0 as WideId, filename: 0 }
  while (message.next()) {
    if (message.field === MAPPING.id) id = message.id()
    else if (message.field === MAPPING.memoryStart) mapping.start = message.id()
    else if (message.field === MAPPING.fileOffset) mapping.fileOffset = message.id()
    else if (message.field === MAPPING.filename) mapping.filename = message.varint()
    else message.skip()
  }
  return { id, mapping }
}

function readLocation(message: ProtobufReader): { id: WideId; location: PprofLocation } {
  let id: WideId = 0
  const location: PprofLocation = { mapping: 0, address: 0, functions: [] }
  while (message.next()) {
    if (message.field === LOCATION.id) id = message.id()
    else if (message.field === LOCATION.mappingId) location.mapping = message.id()
    else if (message.field === LOCATION.address) location.address = message.id()
    else if (message.field === LOCATION.line) {
      refuseBeyond(MAX_INLINED, location.functions.length + 1, 'functions inlined into one place')
      const line = message.message()
      let functionId: WideId = 0
      while (line.next()) {
        if (line.field === LINE.functionId) functionId = line.id()
        else line.skip()
      }
      location.functions.push(functionId)
    } else message.skip()
  }
  return { id, location }
}

function readFunction(message: ProtobufReader) {
  let id: WideId = 0
  const names = { name: 0, systemName: 0 }
  while (message.next()) {
    if (message.field === FUNCTION.id) id = message.id()
    else if (message.field === FUNCTION.name) names.name = message.varint()
    else if (message.field === FUNCTION.systemName) names.systemName = message.varint()
    else message.skip()
  }
  return { id, names }
}
