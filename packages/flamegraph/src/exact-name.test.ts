import { describe, expect, it } from 'vitest'
import { exactName } from './exact-name.ts'
import { matchNames } from './search.ts'

const found = (wanted: string, names: string[]) => {
  const { matched, error } = matchNames(names, exactName(wanted, 200))
  expect(error).toBe('')
  return names.filter((_, i) => matched[i] === 1)
}

describe('a search for one name', () => {
  it('finds it, and neither longer nor similar ones', () => {
    for (const name of [
      'read',
      'operator[](std::map<int, a*>&&)',
      'a.b|c^d$e{2,3}+?\\w',
      '[unknown]',
      '<script>alert("1")</script>',
      '名前 ü \u202e\n/x-',
      '~Foo() const &',
      '-[NSView draw:]',
    ])
      expect(found(name, [name, `${name}2`, `x${name}`, name.slice(1), `${name.slice(0, -1)}_`])).toEqual([name])
  })

  it('finds a name too long for a link by its beginning', () => {
    const long = 'x'.repeat(70_000)
    expect(exactName(long, 200)).toEqual({ text: 'x'.repeat(200), regex: false })
    expect(found(long, [long, 'y'])).toEqual([long])
  })
})
