import { describe, expect, it } from 'vitest'
import { HOME_PATH, safeNext, signInPath } from './safe-next.ts'

describe('safeNext', () => {
  it.each(['/captures/abc?v=1&zoom=9z#top', '/captures/new?host=h1&recipe=cpu-profile', '/hosts?q=env%3Dprod'])('keeps %s', (path) =>
    expect(safeNext(path)).toBe(path),
  )

  it.each([
    null,
    undefined,
    '',
    'hosts',
    'https://evil.example/',
    '//evil.example/',
    '///evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    '/\t/evil.example/',
    '/\n/evil.example/',
    '\u0000//evil.example/',
    'javascript:alert(1)',
    '/.//evil.example/',
    '/..//evil.example/',
    '/x/..//evil.example/',
    '/sign-in?next=/hosts',
    '/welcome?token=x',
    '/api/auth/sign-out',
    `/${'a'.repeat(5_000)}`,
  ])('sends %j home', (path) => expect(safeNext(path)).toBe(HOME_PATH))

  it('never leaves the site, whatever the pieces', () => {
    const pieces = ['/', '\\', '.', '..', 'evil.example', '@', ':', 'https:', '%2f', '%5c', '\t', '?', '#', ' ']
    for (const a of pieces) {
      for (const b of pieces) {
        for (const c of pieces) {
          for (const d of pieces) {
            const path = safeNext(`/${a}${b}${c}${d}`)
            expect(new URL(path, 'https://sonde.example').origin, JSON.stringify([a, b, c, d])).toBe('https://sonde.example')
          }
        }
      }
    }
  })
})

describe('signInPath', () => {
  it('comes back to where the reader wanted to go', () => {
    const path = '/captures/abc?v=1&search=a%26b'
    const url = new URL(signInPath(path), 'https://sonde.example')
    expect(url.pathname).toBe('/sign-in')
    expect(safeNext(url.searchParams.get('next'))).toBe(path)
  })
})
