import { describe, expect, it } from 'vitest'
import { headHtml } from './testing/head-html.ts'
import { tagsOf, UNFURL_RULES, unfurlProblems } from './testing/unfurl-rules.ts'

const ORIGIN = 'https://sonde.example'
const picture = { url: `${ORIGIN}/s/ssh_x/picture`, alt: 'What it recorded', width: 1200, height: 630, type: 'image/png' }
const META = {
  title: 'CPU profile, 3 hosts',
  description: '12,402 samples · 3 hosts · 30 s',
  openGraph: {
    type: 'website' as const,
    siteName: 'Sonde',
    title: 'CPU profile, 3 hosts',
    description: '12,402 samples · 3 hosts · 30 s',
    url: `${ORIGIN}/s/ssh_x`,
    images: [picture],
  },
  twitter: { card: 'summary_large_image' as const, title: 'CPU profile, 3 hosts', description: '12,402 samples', images: [picture] },
}
const good = headHtml(META)
const problemsOf = (html: string, over: Partial<Parameters<typeof unfurlProblems>[0]> = {}): string[] =>
  unfurlProblems({ html, contentType: 'text/html; charset=utf-8', status: 200, origin: ORIGIN, ...over })

describe('unfurlProblems', () => {
  it('finds none where there is none', () => {
    expect(problemsOf(good)).toEqual([])
    expect(UNFURL_RULES.every(({ source }) => source.includes('https://'))).toBe(true)
  })

  it.each([
    ['no title', good.replace(/<meta property="og:title"[^>]*>/, ''), 'no og:title'],
    ['no alternative text', good.replace(/<meta property="og:image:alt"[^>]*>/, ''), 'no og:image:alt'],
    ['another size', good.replace('content="630"', 'content="600"'), '1200x600'],
    ['a relative picture', good.replaceAll(`${ORIGIN}/s/ssh_x/picture`, '/s/ssh_x/picture'), 'not an absolute address'],
    ['the address of another server', good.replaceAll(ORIGIN, 'http://127.0.0.1:4600'), 'not an absolute address'],
    ['a small card', good.replace('summary_large_image', 'summary'), 'twitter:card'],
    [
      'a title too long for Discord, though not for Teams',
      good.replaceAll('CPU profile, 3 hosts', '漢'.repeat(24)),
      'og:title has 72 bytes',
    ],
    ['a description too long', good.replaceAll('12,402 samples · 3 hosts · 30 s', 'x'.repeat(400)), 'og:description has 400 bytes'],
    ['a colour that Discord misreads', good.replace('#2f56d9', '#25d'), 'theme-color'],
    ['tags that come too late', good.replace('<head>', `<head><style>${'a{}'.repeat(12_000)}</style>`), 'the last tag ends at byte'],
    ['tags in the body', good.replace('<head>', '<head></head><body>'), 'no og:title'],
    ['two titles', good.replace('</head>', '<meta property="og:title" content="other"/></head>'), 'several og:title'],
    [
      'tags that only a script would set',
      '<html><head><title>x</title><script>document.head.append()</script></head></html>',
      'no og:title',
    ],
  ])('finds %s', (_, html, words) => expect(problemsOf(html).join('\n')).toContain(words))

  it('finds an answer that is no page', () => {
    expect(problemsOf(good, { status: 410 }).join()).toContain('410')
    expect(problemsOf(good, { contentType: 'application/json' }).join()).toContain('application/json')
  })

  it('reads contents as a parser does', () => {
    expect(tagsOf('<meta property="og:title" content="a &amp; b &lt;c&gt;">').meta.get('og:title')).toEqual(['a & b <c>'])
  })
})
