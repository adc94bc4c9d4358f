import { EVENT_FIELD_TYPES, type EventColumn } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { eventCell, eventTime } from './event-cells.ts'

const column = (type: EventColumn['type'], name = 'args.x'): EventColumn => ({ name, type })
const text = (type: EventColumn['type'], value: number | string, name?: string) => {
  const cell = eventCell(column(type, name), value)
  return cell.kind === 'missing' ? '–' : cell.kind === 'error' ? cell.name : cell.text.replaceAll('\u00a0', ' ')
}

describe('eventCell', () => {
  it('shows each type as people read it', () => {
    expect(text('number', 1234567)).toBe('1,234,567')
    expect(text('number', 0.25)).toBe('0.25')
    expect(text('duration', 13_100_000)).toBe('13.1 ms')
    expect(text('bytes', 65_536)).toBe('64.0 KiB')
    expect(text('hex', 0x1f)).toBe('0x1f')
    expect(text('hex', -1)).toBe('0xffffffffffffffff')
    expect(text('hex', '0xffff888100000000')).toBe('0xffff888100000000')
    expect(text('text', '/etc/passwd')).toBe('/etc/passwd')
  })
  it('reads the kernel’s errors, and takes no result for one', () => {
    expect(eventCell(column('errno', 'ret'), -2)).toEqual({ kind: 'error', name: 'ENOENT', title: 'ENOENT: no such file or directory' })
    expect(text('errno', 'ECONNREFUSED')).toBe('ECONNREFUSED')
    expect(text('errno', 3, 'ret')).toBe('3')
    expect(text('errno', 2, 'args.error')).toBe('ENOENT')
    expect(text('errno', 0)).toBe('0')
    expect(text('errno', -9_999)).toBe('-9,999')
  })
  it('says what is missing, and shows whatever else comes as it came', () => {
    for (const type of EVENT_FIELD_TYPES) {
      expect(eventCell(column(type), null).kind).toBe('missing')
      expect(eventCell(column(type), undefined).kind).toBe('missing')
      for (const value of [0, -0, 1e300, -1e300, Number.MAX_SAFE_INTEGER, 1.5, '', 'x'.repeat(2_000), '<b>', '\u202e'])
        expect(JSON.stringify(eventCell(column(type), value))).not.toMatch(/NaN|Infinity|undefined/)
      // Text of a host is marked as such, whatever its column.
      if (type !== 'errno') expect(eventCell(column(type), '<script>')).toEqual({ kind: 'hostile', text: '<script>' })
    }
    expect(eventCell(column('errno'), '<script>')).toEqual({ kind: 'hostile', text: '<script>' })
  })
})

it('times are to the tenth of a millisecond', () => {
  expect([0, 12_345_678, 299_999_999.4].map(eventTime)).toEqual(['0.0000', '12.3457', '300.0000'])
})
