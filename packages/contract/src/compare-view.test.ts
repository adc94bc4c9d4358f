import { describe, expect, it } from 'vitest'
import { compareHref } from './compare-href.ts'
import { type CompareView, DEFAULT_COMPARE_VIEW, formatCompareView, parseCompareView } from './compare-view.ts'
import { parseComparison, selectionSchema } from './comparison.ts'

/** Every field away from its default, with text that needs escaping. */
const busy: CompareView = {
  graph: 'sides',
  width: 'b',
  layout: 'flame',
  invert: true,
  zoom: '1k9x0a7fz2b',
  search: 'operator<<(a&b=c) ü % + #',
  regex: true,
  fn: '1yp3mfk1mgjng1',
  table: 'syscalls',
  sure: true,
  sort: 'q',
  dir: 'asc',
  callSort: 'p99',
  callDir: 'asc',
  find: 'write & read',
}
const sides = { a: selectionSchema.parse({ capture: 'abcd1234' }), b: selectionSchema.parse({ capture: 'efgh5678', window: '0-500' }) }
const queryOf = (view: CompareView) => new URL(`${compareHref(sides)}${formatCompareView(view)}`, 'http://sonde.test').searchParams

describe('the view of a comparison in a link', () => {
  it('comes back beside the comparison, each field by itself too', () => {
    expect(parseCompareView(queryOf(busy))).toEqual(busy)
    expect(parseComparison(queryOf(busy))).toMatchObject({ a: sides.a, b: sides.b, by: 'samples' })
    for (const key of Object.keys(busy) as (keyof CompareView)[]) {
      expect(busy[key], key).not.toEqual(DEFAULT_COMPARE_VIEW[key])
      const one = { ...DEFAULT_COMPARE_VIEW, [key]: busy[key] }
      expect(parseCompareView(queryOf(one))).toEqual(one)
    }
  })

  it('says nothing where nothing was chosen', () => expect(formatCompareView(DEFAULT_COMPARE_VIEW)).toBe(''))

  it.each(Object.keys(busy) as (keyof CompareView)[])('falls back alone: %s', (key) => {
    const broken = queryOf(busy)
    broken.set(key, '\u0000'.repeat(300))
    expect(parseCompareView(broken)).toEqual({ ...busy, [key]: DEFAULT_COMPARE_VIEW[key] })
  })
})
