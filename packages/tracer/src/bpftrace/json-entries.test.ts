import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { jsonEntries } from './json-entries.ts'

describe('entries of a JSON object', () => {
  it('are all there, also those of one name', () => {
    expect(jsonEntries('{"WS": 1, "R": {"a": [1, "}"]}, "WS":2}')).toEqual([
      ['WS', '1'],
      ['R', '{"a": [1, "}"]}'],
      ['WS', '2'],
    ])
    expect(jsonEntries('{}')).toEqual([])
    expect(jsonEntries('[1]')).toBeNull()
    expect(jsonEntries(' 5')).toBeNull()
  })

  it('are those of JSON.parse for objects without such names', () => {
    const random = seededRandom(11)
    const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''
    const text = () =>
      Array.from({ length: Math.floor(random() * 6) }, () =>
        pick(['a', '"', '\\', '{', '}', ',', ':', ' ', '\n', 'ü', '[', '\u0001']),
      ).join('')
    const value = (depth: number): unknown => {
      const kind = Math.floor(random() * (depth > 2 ? 3 : 5))
      if (kind === 0) return Math.floor(random() * 1e6) - 5e5
      if (kind === 1) return text()
      if (kind === 2) return null
      const size = Math.floor(random() * 4)
      if (kind === 3) return Array.from({ length: size }, () => value(depth + 1))
      return Object.fromEntries(Array.from({ length: size }, () => [text(), value(depth + 1)]))
    }
    for (let i = 0; i < 1_000; i++) {
      const object = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`${n}${text()}`, value(0)]))
      for (const json of [JSON.stringify(object), JSON.stringify(object, null, 2)]) {
        const entries = jsonEntries(json)?.map(([key, inside]) => [key, JSON.parse(inside)])
        expect(entries).toEqual(Object.entries(object))
      }
    }
  })
})
