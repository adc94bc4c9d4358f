import { selectionSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { compareStateHref, readCompareState } from './use-comparison.ts'

const read = (href: string) => readCompareState(new URL(href, 'http://sonde.test').searchParams)
const b = selectionSchema.parse({ capture: 'abcd1234', host: 'host-1', rest: true, window: '0-500' })

describe('what a link to the page says', () => {
  it.each([
    '/compare',
    '/compare?b=abcd1234~h.host-1~rest~w.0-500',
    '/compare?a=abcd1234&fn=1yp3mfk1mgjng1',
    '/compare?a=abcd1234&b=efgh5678&by=requests&requests=accept4&graph=sides&search=a%26b',
  ])('is what is written again: %s', (href) => expect(compareStateHref(read(href))).toBe(href))

  it('keeps the side that is readable', () => {
    const state = read(`/compare?a=<script>&b=abcd1234~h.host-1~rest~w.0-500`)
    expect([state.a, state.b, state.comparison]).toEqual([null, b, null])
  })
})
