import { describe, expect, it } from 'vitest'
import {
  type CaptureViewState,
  DEFAULT_VIEW_STATE,
  FLAME_GROUPINGS,
  formatViewState,
  parseViewState,
  patchView,
  SYSCALL_SORTS,
} from './view-state.ts'

const parse = (query: string) => parseViewState(new URLSearchParams(query))

/** Every field away from its default, with text that needs escaping. */
const busy: CaptureViewState = {
  zoom: '1k9x0a7fz2b',
  search: 'operator<<(a&b=c) ü % + #',
  regex: true,
  layout: 'flame',
  group: 'thread',
  order: 'time',
  invert: true,
  transforms: 'ff.1yp3mfk1mgjng1~cr.1yp3mfk1mgjng1',
  undone: 'df.1yp3mfk1mgjng1',
  color: 'module',
  process: 'h_1-x:4242',
  host: 'h_1-x',
  against: 'rest',
  hostSort: 'errors',
  hostDir: 'desc',
  filter: 'econn refused=?',
  sort: 'p99',
  syscallsAs: 'errors',
  objectsBy: 'bytes',
  syscallMeasure: 'time',
  dir: 'asc',
  row: 'h_1-x:4242:-1',
  split: 33,
  rows: 70,
  panes: 'heat,flame,syscalls',
  pane: 'offcpu',
  window: '1500-30000',
  waitZoom: '0zz',
  find: 'sda1 & %',
  countsBy: 'key',
  latencyBy: 'process',
  measure: 'sum',
  chart: 'stacked',
  latencySort: 'p99',
  latencyDir: 'asc',
  eventSort: 'args.filename',
  eventDir: 'asc',
  fn: '1k9x0a7fz2b345',
  fnOf: 'offcpu',
  tableSort: 'first',
  tableDir: 'asc',
  callerZoom: '1k9x0a7fz2b',
  calleeZoom: '0zz',
  heatOf: 'offcpu',
  heatHosts: 'each',
  heatAs: 'table',
  heatIdle: true,
  perCpu: true,
}

describe('view state in the URL', () => {
  it('keeps every field through a round trip', () => {
    expect(parse(formatViewState(busy))).toEqual(busy)
    for (const key of Object.keys(busy) as (keyof CaptureViewState)[]) expect(busy[key], key).not.toEqual(DEFAULT_VIEW_STATE[key])
  })

  it('keeps each field on its own, and writes no other', () => {
    for (const group of FLAME_GROUPINGS) expect(parse(formatViewState({ ...DEFAULT_VIEW_STATE, group })).group).toBe(group)
    for (const sort of SYSCALL_SORTS) expect(parse(formatViewState({ ...DEFAULT_VIEW_STATE, sort })).sort).toBe(sort)
    expect(formatViewState({ ...DEFAULT_VIEW_STATE, search: 'x' })).toBe('v=1&search=x')
    expect(formatViewState(DEFAULT_VIEW_STATE)).toBe('')
  })

  it('lets one unreadable field fall back alone', () => {
    const view = parse(
      'v=1&search=kept&split=9000&sort=drop+table&regex=perhaps&group=&zoom=../../etc&process=a:b:c&row=<script>&window=9-&pane=x&panes=x,constructor,&countsBy=probes&latencyBy=probe&perCpu=maybe&heatOf=gpu&heatHosts=all&heatAs=svg&heatIdle=2&fn=main&fnOf=gpu&tableSort=drop&tableDir=up&callerZoom=%00&calleeZoom=<&host=a/b&against=me&order=size&invert=2',
    )
    expect(view).toEqual({ ...DEFAULT_VIEW_STATE, search: 'kept' })
  })

  it('never throws, whatever the URL holds', () => {
    for (const query of [
      '',
      '?',
      'v=2',
      'v=1&v=2&search=a&search=b',
      '%00=%00',
      'split=NaN',
      `search=${'a'.repeat(100_000)}`,
      'regex=%F0%28%8C%28',
    ]) {
      expect(() => parse(query)).not.toThrow()
    }
  })
})

describe('the selection', () => {
  const on = (over: Partial<CaptureViewState>): CaptureViewState => ({ ...DEFAULT_VIEW_STATE, ...over })
  const selected = ({ host, process, against }: CaptureViewState) => [host, process, against]

  it('is of one host: what was chosen last wins', () => {
    expect(selected(patchView(on({ process: 'a:1' }), { host: 'b' }))).toEqual(['b', '', ''])
    expect(selected(patchView(on({ process: 'a:1' }), { host: 'a' }))).toEqual(['a', 'a:1', ''])
    expect(selected(patchView(on({ host: 'a' }), { process: 'b:1' }))).toEqual(['b', 'b:1', ''])
    expect(selected(patchView(on({ host: 'a' }), { process: 'a:1' }))).toEqual(['a', 'a:1', ''])
    expect(selected(patchView(on({ host: 'a', process: 'a:1' }), { host: '' }))).toEqual(['', 'a:1', ''])
    // No host was selected, so none is: the process alone says where it is.
    expect(selected(patchView(on({}), { process: 'b:1' }))).toEqual(['', 'b:1', ''])
    expect(selected(patchView(on({}), { host: 'a', process: 'b:1' }))).toEqual(['b', 'b:1', ''])
  })

  it('compares only a selected host with the rest, and leaves all else as it is', () => {
    expect(selected(patchView(on({}), { host: 'a', against: 'rest' }))).toEqual(['a', '', 'rest'])
    expect(selected(patchView(on({ host: 'a', against: 'rest' }), { host: 'b' }))).toEqual(['b', '', 'rest'])
    expect(selected(patchView(on({ host: 'a', against: 'rest' }), { host: '' }))).toEqual(['', '', ''])
    expect(selected(patchView(on({}), { against: 'rest' }))).toEqual(['', '', ''])
    // As a whole: a process chosen ends the comparison, a comparison lets the process go.
    expect(selected(patchView(on({ host: 'a', against: 'rest' }), { process: 'a:1' }))).toEqual(['a', 'a:1', ''])
    expect(selected(patchView(on({ host: 'a', process: 'a:1' }), { against: 'rest' }))).toEqual(['a', '', 'rest'])
    expect(patchView(busy, { search: 'x' })).toEqual({ ...busy, search: 'x' })
  })
})

describe('the zoom', () => {
  const zoomed: CaptureViewState = { ...DEFAULT_VIEW_STATE, zoom: '1k9x0a7fz2b', waitZoom: '0zz' }
  const zooms = ({ zoom, waitZoom }: CaptureViewState) => [zoom, waitZoom]

  it('is given up where frames get other paths, unless the change has a new one', () => {
    for (const patch of [{ transforms: 'ff.1yp3mfk1mgjng1' }, { invert: true }, { group: 'host' }, { order: 'time' }] as const) {
      expect(zooms(patchView(zoomed, patch)), JSON.stringify(patch)).toEqual(['', ''])
      expect(zooms(patchView(zoomed, { ...patch, zoom: '0aa' })), JSON.stringify(patch)).toEqual(['0aa', ''])
    }
  })

  it('is kept where they do not', () => {
    for (const patch of [{ order: 'name' }, { color: 'module' }, { search: 'x' }, { undone: '' }, { window: '1-2' }] as const)
      expect(zooms(patchView(zoomed, patch)), JSON.stringify(patch)).toEqual(zooms(zoomed))
    expect(zooms(patchView({ ...zoomed, order: 'name' }, { order: 'weight' }))).toEqual(zooms(zoomed))
  })
})
