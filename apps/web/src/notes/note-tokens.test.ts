import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { noteTokens, shortAddress } from './note-tokens.ts'

const here = { origin: 'https://sonde.example', captureId: 'abc123' }
const tokens = (text: string) => noteTokens(text, here)

describe('the text of a note', () => {
  it('is plain but for code, mentions and addresses', () => {
    expect(tokens('see `fsync(2)`, @[u1]: https://example.com/a?b=1.\nThen?')).toEqual([
      { type: 'text', text: 'see ' },
      { type: 'code', text: 'fsync(2)' },
      { type: 'text', text: ', ' },
      { type: 'mention', id: 'u1' },
      { type: 'text', text: ': ' },
      { type: 'link', href: 'https://example.com/a?b=1' },
      { type: 'text', text: '.\nThen?' },
    ])
  })

  it('knows views of this capture from other pages of Sonde and from the world', () => {
    expect(tokens('https://sonde.example/captures/abc123?v=1&zoom=0a1')).toEqual([{ type: 'view', query: 'v=1&zoom=0a1' }])
    expect(tokens('https://sonde.example/captures/abc124?v=1')).toEqual([{ type: 'page', href: '/captures/abc124?v=1' }])
    expect(tokens('https://sonde.example/captures/abc123/../../settings')).toEqual([{ type: 'page', href: '/settings' }])
    expect(tokens('https://sonde.example.evil.test/captures/abc123')).toEqual([
      { type: 'link', href: 'https://sonde.example.evil.test/captures/abc123' },
    ])
  })

  it('makes no link of what would run, deceive or hide', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'JaVaScRiPt://x%0aalert(1)',
      'https://bank.example@evil.example/',
      'https://example.com/\u202egnp.exe',
      'https://exa\u200bmple.com/',
      'https://',
      'http://[::1',
      '@[not an id]',
      '``',
      '<a href="https:">',
    ])
      expect(tokens(text).map((token) => token.type)).toEqual(['text'])
    expect(tokens('https://раураl.com/')).toEqual([{ type: 'link', href: expect.stringMatching(/^https:\/\/xn--/) }])
  })

  it('ends an address where the sentence goes on', () => {
    const hrefOf = (text: string) => tokens(text).find((token) => token.type === 'link')
    expect(hrefOf('(https://en.example/wiki/Perf_(Linux))')).toEqual({ type: 'link', href: 'https://en.example/wiki/Perf_(Linux)' })
    expect(hrefOf('https://a.example/b, and')).toEqual({ type: 'link', href: 'https://a.example/b' })
    expect(hrefOf('<https://a.example/b>')).toEqual({ type: 'link', href: 'https://a.example/b' })
  })

  it('loses nothing of any text, and takes no longer for a bad one', () => {
    const random = seededRandom(3)
    const bits = ['`', '@[', ']', 'https://', 'http://a', '.b', '\n', ' ', '(', ')', '\u202e', 'x', '\ud83d', '@[u1]', '<b>', '?', ',']
    for (let i = 0; i < 2_000; i++) {
      const text = Array.from({ length: 30 }, () => bits[Math.floor(random() * bits.length)]).join('')
      const plain = tokens(text)
        .map((token) => {
          if (token.type === 'text') return token.text
          if (token.type === 'code') return `\`${token.text}\``
          return token.type === 'mention' ? `@[${token.id}]` : null
        })
        .filter((piece) => piece !== null)
      let at = 0
      for (const piece of plain) {
        const found = text.indexOf(piece, at)
        expect(found).toBeGreaterThanOrEqual(0)
        at = found + piece.length
      }
      if (!tokens(text).some((token) => 'href' in token || 'query' in token)) expect(plain.join('')).toBe(text)
    }
    const startedAt = performance.now()
    for (const bad of ['`'.repeat(10_000), '@['.repeat(5_000), 'https://'.repeat(1_250), `http://${')'.repeat(9_990)}`, '`a'.repeat(5_000)])
      tokens(bad)
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})

it('a long address keeps its beginning and its end', () => {
  expect(shortAddress('https://a.example/')).toBe('https://a.example/')
  const short = shortAddress(`https://a.example/${'x'.repeat(300)}/end.html`)
  expect(short).toHaveLength(80)
  expect(short).toMatch(/^https:\/\/a\.example\/.*…x*\/end\.html$/)
})
