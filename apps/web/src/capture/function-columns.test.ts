import { FUNCTION_SORTS } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { functionColumns } from './function-columns.ts'

const WAITS = { events: { how: 'blocked in', one: 'wait', many: 'waits' } }
const SAMPLES = { events: undefined }
const ids = (widthPx: number, of: Parameters<typeof functionColumns>[1]) => functionColumns(widthPx, of).map(({ id }) => id)

describe('columns of the table of functions', () => {
  it('are all there where it is wide', () => {
    expect(ids(1200, { words: WAITS, unit: 'ns', isTimed: true, hosts: 3 })).toEqual([...FUNCTION_SORTS, 'series'])
  })

  it('leave out what would be empty or say nothing', () => {
    expect(ids(1200, { words: SAMPLES, unit: 'samples', isTimed: true, hosts: 1 })).toEqual([
      ...['function', 'self', 'total', 'first', 'last', 'series'],
    ])
    expect(ids(1200, { words: SAMPLES, unit: 'samples', isTimed: false, hosts: 1 })).toEqual(['function', 'self', 'total'])
  })

  it('go one by one as it gets narrow, function, self and total never', () => {
    const of = { words: WAITS, unit: 'ns', isTimed: true, hosts: 3 }
    let before = ids(2000, of)
    for (let width = 2000; width >= 0; width -= 4) {
      const now = ids(width, of)
      expect(before).toEqual(expect.arrayContaining(now))
      expect(before.length - now.length).toBeLessThanOrEqual(1)
      expect(now.slice(0, 3)).toEqual(['function', 'self', 'total'])
      before = now
    }
    expect(before).toEqual(['function', 'self', 'total'])
  })

  it('say the unit where the values do not', () => {
    expect(functionColumns(400, { words: SAMPLES, unit: 'samples', isTimed: true, hosts: 1 }).map(({ head }) => head)).toEqual([
      ...['Function', 'Self, samples', 'Total, samples'],
    ])
    expect(functionColumns(400, { words: WAITS, unit: 'ns', isTimed: true, hosts: 1 })[1]?.head).toBe('Self')
  })
})
