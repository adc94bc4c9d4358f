import { buildCallTree, FRAME_KIND, type Profile, ProfileBuilder, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { type FlamePicture, MAX_PICTURE_ROWS } from './flame-picture.ts'
import { buildLayout } from './layout.ts'
import { searchTree } from './search.ts'
import { flameSvg } from './svg-export.ts'
import { DARK_THEME, LIGHT_THEME } from './theme.ts'

function pictureOf(profile: Profile, more: Partial<FlamePicture> = {}): FlamePicture {
  const layout = buildLayout(buildCallTree(profile, { group: 'merged', order: 'weight' }))
  return {
    layout,
    matches: null,
    zoomNode: 0,
    orientation: 'icicle',
    colorBy: 'kind',
    theme: LIGHT_THEME,
    unit: profile.meta.unit,
    title: 'CPU of 3 hosts',
    facts: ['1,204 samples', 'all processes, 0 s to 30 s'],
    widthPx: 1200,
    ...more,
  }
}

/** Checks that the text is well-formed as far as such files go, and gives its elements: name, attributes, text right inside. */
function elementsOf(svg: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const open: { name: string; attributes: Record<string, string>; text: string }[] = []
  const all: typeof open = []
  // Character data is what XML 1.0 allows, with & and < only in references and tags.
  expect(svg).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
  let rest = svg
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0] ?? ''
    if (text !== '') {
      expect(text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
      const at = open.at(-1)
      if (at) at.text += text
      rest = rest.slice(text.length)
      continue
    }
    const tag = /^<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/.exec(rest)
    if (!tag) throw new Error(`not well-formed: ${rest.slice(0, 80)}`)
    const [whole, closing, name = '', attributes = '', empty] = tag
    if (closing) expect(open.pop()?.name).toBe(name)
    else {
      const pairs = [...attributes.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const)
      const element = { name, attributes: Object.fromEntries(pairs), text: '' }
      all.push(element)
      if (!empty) open.push(element)
    }
    rest = rest.slice(whole.length)
  }
  expect(open).toEqual([])
  return all
}

const titles = (svg: string) =>
  elementsOf(svg)
    .filter(({ name }) => name === 'title')
    .map(({ text }) => text)

function profileOf(names: readonly string[], weight = 10): Profile {
  const builder = new ProfileBuilder({ event: 'cpu-clock' })
  const thread = builder.addThread(builder.addHost('', ''), 1, 1, 'srv')
  for (const name of names) builder.addSample(builder.addStack(-1, builder.addFrame(name, 'm', FRAME_KIND.user)), thread, 0, weight)
  return builder.build()
}

describe('flameSvg', () => {
  it('is one file that needs nothing else and runs nothing', () => {
    const svg = flameSvg(pictureOf(syntheticProfile({ nodes: 3000, seed: 2 })))
    const elements = elementsOf(svg)
    expect(new Set(elements.map(({ name }) => name))).toEqual(new Set(['svg', 'title', 'desc', 'rect', 'text']))
    expect(new Set(elements.flatMap(({ attributes }) => Object.keys(attributes).filter((key) => /^on|href|style|src/i.test(key))))).toEqual(
      new Set(),
    )
  })

  it('says its title, its facts and what the colours mean', () => {
    const texts = elementsOf(flameSvg(pictureOf(syntheticProfile({ nodes: 500, seed: 2 }))))
      .filter(({ name }) => name === 'text')
      .map(({ text }) => text)
    for (const text of ['CPU of 3 hosts', '1,204 samples', 'all processes, 0 s to 30 s', 'user', 'kernel', 'JIT'])
      expect(texts).toContain(text)
  })

  it('accounts for every frame: each is drawn, or counted in a strip, and the sum is said', () => {
    const picture = pictureOf(syntheticProfile({ nodes: 20_000, seed: 5 }))
    const svg = flameSvg(picture)
    const all = titles(svg).slice(1)
    const narrow = all.flatMap((title) => /^([\d,]+) frames? too narrow to draw: /.exec(title)?.[1]?.replaceAll(',', '') ?? []).map(Number)
    const inStrips = narrow.reduce((sum, count) => sum + count, 0)
    expect(inStrips).toBeGreaterThan(1000)
    expect(all.length - narrow.length + inStrips).toBe(picture.layout.tree.length)
    expect(svg).toContain(`${inStrips.toLocaleString('en-US')} frames narrower than 2 px: drawn without a name.`)
  })

  it('says a frame with its weight, module and share', () => {
    expect(titles(flameSvg(pictureOf(profileOf(['alpha', 'alpha', 'beta']))))).toEqual([
      'CPU of 3 hosts',
      'all: 30 samples, 100 %',
      'alpha (m): 20 samples, 66.7 %',
      'beta (m): 10 samples, 33.3 %',
    ])
  })

  it('shows what is zoomed to, over the whole width, and what a search found', () => {
    const profile = syntheticProfile({ nodes: 2000, seed: 6 })
    const whole = pictureOf(profile)
    const { tree } = whole.layout
    const zoomNode = tree.subtreeEnd.findIndex((end, node) => node > 0 && end - node > 5)
    const zoomed = elementsOf(flameSvg({ ...whole, zoomNode }))
    const own = zoomed.findIndex(({ text }) => text.startsWith(`${tree.labels[tree.label[zoomNode] ?? 0]} `))
    expect(zoomed[own - 1]?.attributes.width).toBe(String(1200 - 20 - 1))
    const matches = searchTree(tree, { text: 'tcp', regex: false })
    expect(flameSvg({ ...whole, matches })).toContain('found by the search')
  })

  it('cuts rows that no browser would show, and says how many', () => {
    const builder = new ProfileBuilder()
    let stack = -1
    for (let i = 0; i < 5000; i++) stack = builder.addStack(stack, builder.addFrame(`f${i % 7}`, '', FRAME_KIND.user))
    builder.addSample(stack, builder.addThread(builder.addHost('', ''), 1, 1, 'deep'), 0, 1)
    const svg = flameSvg(pictureOf(builder.build(), { orientation: 'flame', theme: DARK_THEME }))
    expect(titles(svg).length).toBe(MAX_PICTURE_ROWS + 1)
    expect(svg).toContain(`${(5001 - MAX_PICTURE_ROWS).toLocaleString('en-US')} more rows of deeper frames are not shown.`)
  })

  it('lets no name be more than text', () => {
    const nasty = [
      '<script>alert(1)</script>',
      '"/><image href=x onerror=alert(1)>',
      '</text></svg>',
      ']]>',
      '<!--',
      '&lt;&#0;&amp;',
      'a\u202eb\u2066c',
      'nul\0 esc\u001b nel\u0085 ls\u2028',
      'lone\ud800 \udc00 \ufffe\uffff',
      'f'.repeat(65_536),
      '漢字'.repeat(200),
      '𝒳'.repeat(200),
    ]
    const svg = flameSvg(pictureOf(profileOf(nasty), { title: nasty.join(' '), facts: nasty }))
    const elements = elementsOf(svg)
    expect(elements.filter(({ name }) => name === 'rect').length).toBe(nasty.length + 3)
    expect(svg.length).toBeLessThan(60_000)
    expect(svg).not.toMatch(/[\p{Cf}\p{Cs}\u0080-\u009f]/u)
    expect(titles(svg)).toContainEqual(expect.stringMatching(/^&lt;script&gt;alert\(1\)&lt;\/script&gt; \(m\): 10 samples/))
  })

  it('writes only labels that fit their box', () => {
    const profile = profileOf(['short', '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字', 'x'.repeat(300)])
    const elements = elementsOf(flameSvg(pictureOf(profile, { widthPx: 400 })))
    elements.forEach(({ name, text }, i) => {
      const box = elements[i - 2]
      if (name !== 'text' || box?.name !== 'rect' || elements[i - 1]?.name !== 'title') return
      const wide = Array.from(text).reduce((sum, character) => sum + (character > '\u02ff' && character !== '…' ? 2 : 1), 0)
      expect(wide * 6.7, text).toBeLessThanOrEqual(Number(box.attributes.width))
    })
  })

  it('draws an empty profile as what it is', () => {
    const picture = pictureOf(new ProfileBuilder().build())
    expect(elementsOf(flameSvg(picture)).length).toBeGreaterThan(3)
  })
})
