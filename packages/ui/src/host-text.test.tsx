import { describe, expect, it } from 'vitest'
import { visibleText } from './host-text.tsx'

describe('visibleText', () => {
  it('leaves nothing that a terminal, a browser or the bidi algorithm would act on', () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('')
    const shown = visibleText(all)
    expect(shown).not.toMatch(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
    expect(visibleText(all, true).replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u)
  })
  it('keeps two different names different', () => {
    const names = ['a', 'a\n', 'a\t', 'a\u001b', 'a\u202e', 'a\u0000', 'a\u0001']
    expect(new Set(names.map((name) => visibleText(name))).size).toBe(names.length)
  })
  it('leaves other text as it is', () => {
    for (const text of ['tcp_sendmsg', 'std::vector<int>::push_back(int&&)', '日本語', 'שלום', 'naïve 🙂'])
      expect(visibleText(text)).toBe(text)
    expect(visibleText('two\n\tlines', true)).toBe('two\n\tlines')
  })
})
