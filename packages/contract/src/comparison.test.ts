import { describe, expect, it } from 'vitest'
import { compareHref, formatSelection } from './compare-href.ts'
import { comparisonSchema, parseComparison, parseSelection, selectionSchema } from './comparison.ts'

const whole = selectionSchema.parse({ capture: 'abcd1234' })
const part = selectionSchema.parse({ capture: 'abcd1234', host: 'host-1', rest: true, window: '0-5000' })
const query = (href: string) => new URL(href, 'http://sonde.test').searchParams

describe('a selection in a link', () => {
  it.each([whole, part, selectionSchema.parse({ capture: 'abcd1234', host: 'host-1', process: 'host-1:42' })])(
    'comes back: %j',
    (selection) => expect(parseSelection(formatSelection(selection))).toEqual(selection),
  )
  it.each(['', 'ab', 'abcd1234~x.1', 'abcd1234~w.5', 'abcd1234~rest', 'abcd1234~p.h', '<script>', 'abcd1234~h.<b>'])(
    'is none: %s',
    (text) => expect(parseSelection(text)).toBeNull(),
  )
})

describe('a comparison in a link', () => {
  it.each([
    { a: whole, b: part },
    { a: part, b: whole, by: 'cpu' },
    { a: whole, b: part, by: 'requests', requests: { call: 'accept4' } },
    { a: whole, b: part, by: 'requests', requests: { a: 1000, b: 1200.5 } },
  ])('comes back: %j', (input) => {
    const comparison = comparisonSchema.parse(input)
    expect(parseComparison(query(compareHref(comparison)))).toEqual(comparison)
  })
  it('is none without a side', () => expect(parseComparison(new URLSearchParams({ a: 'abcd1234' }))).toBeNull())
  it.each(['requests', 'furlongs'])('falls back to samples where it cannot be normalised by %s', (by) =>
    expect(parseComparison(new URLSearchParams({ a: 'abcd1234', b: 'abcd1234', by }))?.by).toBe('samples'),
  )
})
