import { DEFAULT_VIEW_STATE, parseComparison, parseSelection, parseViewState } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { againstTimeBeforeHref, captureHref, chooseAgainstHref, hostAgainstRestHref, selectionOfView, timeBefore } from './compare-links.ts'

const query = (href: string | null) => new URL(href ?? '', 'http://sonde.test').searchParams
const view = { ...DEFAULT_VIEW_STATE, host: 'host-1', process: 'host-1:42', window: '4000-6000' }

describe('ways into a comparison', () => {
  it('take the page’s selection along as B', () => {
    const b = parseSelection(query(chooseAgainstHref(selectionOfView('abcd1234', view))).get('b') ?? '')
    expect(b).toEqual({ capture: 'abcd1234', host: 'host-1', rest: false, process: 'host-1:42', window: '4000-6000' })
  })

  it('compare a host with the rest in the same time', () => {
    const { a, b } = parseComparison(query(hostAgainstRestHref('abcd1234', view))) ?? {}
    expect([a?.host, a?.rest, b?.host, b?.rest]).toEqual(['host-1', true, 'host-1', false])
    expect([a?.window, b?.window, b?.process]).toEqual(['4000-6000', '4000-6000', ''])
  })

  it.each([
    ['4000-6000', '2000-4000'],
    ['1000-6000', '0-1000'],
    ['0-6000', null],
    ['', null],
    ['6000-4000', null],
  ])('the time before %s is %s', (window, before) => expect(timeBefore(window)).toBe(before))

  it('compare a stretch of time with the one before it, of the same process', () => {
    const { a, b } = parseComparison(query(againstTimeBeforeHref('abcd1234', view))) ?? {}
    expect([a?.window, b?.window, a?.process]).toEqual(['2000-4000', '4000-6000', 'host-1:42'])
    expect(againstTimeBeforeHref('abcd1234', { ...view, window: '' })).toBeNull()
  })

  it('and back to what the capture’s page shows of a side', () => {
    const side = { capture: 'abcd1234', host: '', rest: false, process: 'host-1:42', window: '4000-6000' }
    expect(parseViewState(query(captureHref(side)))).toEqual(view)
    expect(captureHref({ ...side, process: '', window: '' })).toBe('/captures/abcd1234')
    expect(parseViewState(query(captureHref({ ...side, process: '', host: 'host-1', rest: true }))).host).toBe('')
  })
})
