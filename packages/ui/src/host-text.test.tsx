import { describe, expect, it } from 'vitest'
import { visibleText } from './host-text.tsx'

describe('visibleText', () => {
  it('leaves nothing that a terminal or a browser would act on', () => {
    const all = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).join('')
    const shown = visibleText(all)
    expect([...shown]).toHaveLength(0x80)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is what is tested
    expect(shown).not.toMatch(/[\u0000-\u001f\u007f]/)
  })
  it('leaves other text as it is', () => {
    for (const text of ['tcp_sendmsg', 'std::vector<int>::push_back(int&&)', '日本語', 'naïve 🙂']) expect(visibleText(text)).toBe(text)
  })
})
