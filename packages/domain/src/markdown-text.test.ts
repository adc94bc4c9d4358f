import { HtmlRenderer, Parser } from 'commonmark'
import { describe, expect, it } from 'vitest'
import { escapeMarkdown, markdownParagraphs } from './markdown-text.ts'

/** The reference implementation says what a reader sees, and of what kinds of things it is made. */
function read(markdown: string): { text: string; kinds: Set<string> } {
  const walker = new Parser().parse(markdown).walker()
  const kinds = new Set<string>()
  let text = ''
  for (let event = walker.next(); event; event = walker.next()) {
    if (!event.entering) continue
    kinds.add(event.node.type)
    text += event.node.type === 'softbreak' || event.node.type === 'linebreak' ? '\n' : (event.node.literal ?? '')
  }
  return { text, kinds }
}

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](http://evil.test/p.png)',
  '# not a heading',
  '1. not a list',
  '1) nor this',
  '- nor this',
  '+ nor this',
  '> no quote',
  '--- ',
  '=== ',
  '```sh',
  '~~~',
  '    four spaces',
  '*bold* _it_ **b** `code` ~~x~~',
  '&lt;b&gt; &amp; &#60;',
  'a\\b \\* \\\\',
  '| a | b |',
  'std::vector<int>::push_back(int const&)',
  'http://evil.test www.evil.test a@evil.test',
  '[ref]: http://evil.test',
  'trailing  ',
  '$x^2$',
  '!\\[x]',
]

describe('escapeMarkdown', () => {
  it.each(HOSTILE)('shows %s as it is, as nothing but text', (hostile) => {
    const { text, kinds } = read(escapeMarkdown(hostile))
    expect(text).toBe(hostile.trim().replace(/\s+/g, ' '))
    expect([...kinds].filter((kind) => !['document', 'paragraph', 'text'].includes(kind))).toEqual([])
  })

  it('does so for any text of marks', () => {
    const marks = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ab1 '
    let seed = 5
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return seed / 2 ** 32
    }
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: 1 + Math.floor(random() * 12) }, () => marks[Math.floor(random() * marks.length)]).join('')
      const [alone, inside] = [read(escapeMarkdown(text)).text, read(`before${escapeMarkdown(text)}after`).text]
      expect(alone).toBe(text.trim().replace(/\s+/g, ' '))
      expect(inside).toBe(`before${text.replace(/\s+/g, ' ')}after`)
    }
  })

  it('keeps it inside the text of a link', () => {
    for (const hostile of HOSTILE) {
      const html = new HtmlRenderer().render(new Parser().parse(`[${escapeMarkdown(hostile)}](<http://sonde.test/captures/x?a=b>)`))
      expect(html.match(/<a /g)).toHaveLength(1)
      expect(html).toContain('href="http://sonde.test/captures/x?a=b"')
      expect(html).not.toMatch(/<img|<script/)
    }
  })

  it('shows what hides or turns text', () => expect(escapeMarkdown('a\u202eb\u200bc\u0007d')).toBe('a\uFFFDb\uFFFDc\uFFFDd'))
  it('links nothing by itself where readers link addresses', () =>
    expect(escapeMarkdown('http://evil.test www.evil.test')).not.toMatch(/http:\/\/|www\./))
})

describe('markdownParagraphs', () => {
  it('keeps lines and paragraphs, and nothing else', () => {
    const { text, kinds } = read(markdownParagraphs('# one\r\ntwo\n\n\n> three'))
    expect(text).toBe('# one\ntwo> three')
    expect([...kinds].sort()).toEqual(['document', 'linebreak', 'paragraph', 'text'])
  })
})
