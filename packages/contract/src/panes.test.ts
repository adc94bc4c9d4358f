import { describe, expect, it } from 'vitest'
import { formatPanes, MAX_PANES, PANES, parsePanes } from './panes.ts'

describe('panes of a link', () => {
  it('keeps any choice of up to three different ones, in order', () => {
    for (const [i, first] of PANES.entries()) {
      for (const second of PANES.slice(i + 1)) {
        for (const choice of [[first], [first, second], [second, first]]) expect(parsePanes(formatPanes(choice))).toEqual(choice)
      }
    }
    expect(parsePanes('heat,flame,syscalls')).toEqual(['heat', 'flame', 'syscalls'])
    expect(parsePanes('')).toEqual([])
  })

  it('leaves out what it does not know, what stands twice and what is too much', () => {
    expect(parsePanes('flame,future,heat')).toEqual(['flame', 'heat'])
    expect(parsePanes('flame,flame,heat,flame')).toEqual(['flame', 'heat'])
    expect(parsePanes(PANES.join(','))).toEqual(PANES.slice(0, MAX_PANES))
    expect(parsePanes('toString,__proto__, flame,FLAME,,')).toEqual([])
  })
})
