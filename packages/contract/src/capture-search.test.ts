import { describe, expect, it } from 'vitest'
import { MAX_SEARCH_TERMS, parseCaptureSearch, SEARCH_FIELDS } from './capture-search.ts'

describe('parseCaptureSearch', () => {
  it.each([
    ['', []],
    ['   ', []],
    [
      'web 502',
      [
        { field: 'any', text: 'web' },
        { field: 'any', text: '502' },
      ],
    ],
    ['function:json_encode', [{ field: 'function', text: 'json_encode' }]],
    ['fn:json_encode', [{ field: 'function', text: 'json_encode' }]],
    [
      'note:"queue is down" x',
      [
        { field: 'note', text: 'queue is down' },
        { field: 'any', text: 'x' },
      ],
    ],
    ['"queue is down"', [{ field: 'any', text: 'queue is down' }]],
    ['env=prod', [{ field: 'label', text: 'env=prod' }]],
    ['label:env=prod', [{ field: 'label', text: 'env=prod' }]],
    ['tag:', [{ field: 'any', text: 'tag:' }]],
    ['std::sort', [{ field: 'any', text: 'std::sort' }]],
    ['function:std::sort', [{ field: 'function', text: 'std::sort' }]],
    ['http://x/y?a=b', [{ field: 'any', text: 'http://x/y?a=b' }]],
    [
      'toString:x constructor:y',
      [
        { field: 'any', text: 'toString:x' },
        { field: 'any', text: 'constructor:y' },
      ],
    ],
  ])('%s', (search, terms) => expect(parseCaptureSearch(search)).toEqual(terms))

  it('reads each field by its name, in any case', () => {
    for (const field of Object.keys(SEARCH_FIELDS)) {
      expect(parseCaptureSearch(`${field}:x`)).toEqual([{ field, text: 'x' }])
      expect(parseCaptureSearch(`${field.toUpperCase()}:x`)).toEqual([{ field, text: 'x' }])
    }
  })

  it('loses no word up to ten, and tells that there are more', () => {
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`)
    expect(parseCaptureSearch(words.join('  ')).map((term) => term.text)).toEqual(words.slice(0, MAX_SEARCH_TERMS + 1))
  })

  it('ends soon on anything', () => {
    const started = Date.now()
    for (const text of ['"'.repeat(500), ':'.repeat(500), 'a:'.repeat(250), `${'a'.repeat(499)}"`]) parseCaptureSearch(text)
    expect(Date.now() - started).toBeLessThan(1_000)
  })
})
