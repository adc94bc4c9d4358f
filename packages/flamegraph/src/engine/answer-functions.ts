import {
  type FunctionOrder,
  type FunctionSeries,
  type FunctionTable,
  findFrame,
  functionSeries,
  functionTable,
  hostsOfFunction,
  keyOfFrame,
  orderFunctions,
  type Profile,
  type SampleSelection,
  type StackTransform,
} from '@sonde/profile'
import { type FlameSearch, matchNames } from '../search.ts'
import { transformedProfile } from './transformed-profile.ts'

/** Some rows of the table of functions: those on screen. */
export type FunctionsQuestion = {
  selection: SampleSelection
  transforms?: readonly StackTransform[] | undefined
  /** As in the flame graph: names alone, case ignored; an empty text matches all. */
  search: FlameSearch
  sort: FunctionOrder['sort']
  dir: FunctionOrder['dir']
  /** First row in that order, and how many at most. */
  offset: number
  limit: number
  /** Values of each row's series, at most 256, and the time they cover; 0 for none. */
  slices: number
  span?: { fromUs: number; toUs: number } | undefined
  /** frameKey of a function that is wanted whether it is among the rows or not; '' for none. */
  selected: string
}

/** Functions as columns; weights in the profile's unit, times in µs since its start, null where samples have no time. */
export type FunctionRows = {
  length: number
  /** frameKey */
  key: string[]
  /** Cut after 4,096 characters. As they came from the host: not yet safe to show. */
  name: string[]
  module: string[]
  /** FRAME_KIND */
  kind: Uint8Array
  self: Float64Array
  total: Float64Array
  count: Float64Array
  hostCount: Uint32Array
  /** Names of hosts, at most 20 a row. */
  hostNames: string[][]
  firstUs: Float64Array | null
  lastUs: Float64Array | null
  series: FunctionSeries | null
}

export type FunctionsAnswer = {
  /** Functions in the selection, and those of them that match the search. */
  functions: number
  matching: number
  /** Why there is no or no complete result of the search; '' where all is well. */
  error: string
  all: FunctionTable['all']
  offset: number
  rows: FunctionRows
  /** The function that was asked for by its key, and its place in the order; null where the selection has none such, -1 where it is not among the matching. */
  selected: FunctionRows | null
  selectedAt: number
}

const MAX_NAME = 4096
const MAX_HOSTS = 20
const MAX_ROWS = 1000
const MAX_SLICES = 256

export function answerFunctions(profile: Profile, question: FunctionsQuestion): FunctionsAnswer {
  const held = tableOf(profile, question)
  const { profile: of, table } = held
  const { order, error } = orderOf(held, question)
  const offset = Math.max(0, Math.min(order.length, Math.floor(question.offset)))
  const rows = order.subarray(offset, offset + Math.min(MAX_ROWS, question.limit))
  const selectedRow = selectedRowOf(held, question.selected)
  return {
    functions: table.length,
    matching: order.length,
    error,
    all: { ...table.all },
    offset,
    rows: pickRows(of, table, rows, question),
    selected: selectedRow < 0 ? null : pickRows(of, table, [selectedRow], question),
    selectedAt: selectedRow < 0 ? -1 : order.indexOf(selectedRow),
  }
}

function pickRows(profile: Profile, table: FunctionTable, rows: ArrayLike<number>, question: FunctionsQuestion): FunctionRows {
  const { strings, frames, hosts } = profile
  const list = Array.from(rows)
  const frameOf = list.map((row) => table.frame[row] ?? 0)
  const numbers = (column: Float64Array) => Float64Array.from(list, (row) => column[row] ?? 0)
  const cut = (text: string) => (text.length > MAX_NAME ? text.slice(0, MAX_NAME) : text)
  const slices = Math.min(MAX_SLICES, question.slices)
  return {
    length: list.length,
    key: frameOf.map((frame) => keyOfFrame(profile, frame)),
    name: frameOf.map((frame) => cut(strings[frames.name[frame] ?? 0] ?? '')),
    module: frameOf.map((frame) => cut(strings[frames.module[frame] ?? 0] ?? '')),
    kind: Uint8Array.from(frameOf, (frame) => frames.kind[frame] ?? 0),
    self: numbers(table.self),
    total: numbers(table.total),
    count: numbers(table.count),
    hostCount: Uint32Array.from(list, (row) => table.hostCount[row] ?? 0),
    hostNames: list.map((row) =>
      hostsOfFunction(table, row)
        .slice(0, MAX_HOSTS)
        .map((host) => cut(hosts.name[host] || hosts.id[host] || 'unknown host')),
    ),
    firstUs: table.firstUs && numbers(table.firstUs),
    lastUs: table.lastUs && numbers(table.lastUs),
    series: slices > 0 ? functionSeries(profile, question.selection, frameOf, { slices, span: question.span }) : null,
  }
}

type Known = {
  key: string
  profile: Profile
  table: FunctionTable
  ordered: Ordered | null
  selected: { key: string; row: number }
}
type Ordered = { key: string; order: Uint32Array; error: string }

/** The last table of each profile and its last order: scrolling asks for other rows of the same. */
const known = new WeakMap<Profile, Known>()

function tableOf(profile: Profile, { selection, transforms = [] }: FunctionsQuestion): Known {
  const key = JSON.stringify([selection, transforms])
  const last = known.get(profile)
  if (last?.key === key) return last
  const of = transformedProfile(profile, transforms).profile
  const made = { key, profile: of, table: functionTable(of, selection), ordered: null, selected: { key: '', row: -1 } }
  known.set(profile, made)
  return made
}

function orderOf(held: Known, { search, sort, dir }: FunctionsQuestion): Ordered {
  const key = JSON.stringify([search, sort, dir])
  if (held.ordered?.key === key) return held.ordered
  const { profile, table } = held
  const { names, error } = search.text === '' ? { names: null, error: '' } : namesMatching(profile, table, search)
  held.ordered = { key, order: orderFunctions(profile, table, { sort, dir, names }), error }
  return held.ordered
}

/** Row of the table, -1 for none. */
function selectedRowOf(held: Known, key: string): number {
  if (held.selected.key !== key) held.selected = { key, row: held.table.frame.indexOf(findFrame(held.profile, key)) }
  return held.selected.row
}

/** By string of the profile; only names of functions are tested, each once. A pattern that cannot be used matches none. */
function namesMatching({ strings, frames }: Profile, table: FunctionTable, search: FlameSearch): { names: Uint8Array; error: string } {
  const rows = [...new Set(Array.from(table.frame, (frame) => frames.name[frame] ?? 0))]
  const { matched, error } = matchNames(
    rows.map((row) => strings[row] ?? ''),
    search,
  )
  const names = new Uint8Array(strings.length)
  rows.forEach((row, i) => {
    names[row] = matched[i] ?? 0
  })
  return { names, error }
}
