import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas'
import { buildCallTree, emptyProfile, FRAME_KIND, ProfileBuilder, pathKey, syntheticProfile, transformOfNode } from '@sonde/profile'
import { beforeAll, describe, expect, it } from 'vitest'
import { PICTURE_INKS } from './picture-ink.ts'
import type { PictureRequest } from './picture-request.ts'
import { loadFonts, renderPicture } from './render-picture.ts'
import { graphRequest, TABLE } from './testing/picture-requests.ts'

const geist = path.join(path.dirname(fileURLToPath(import.meta.resolve('geist/font/mono'))), 'fonts')
beforeAll(() => loadFonts(geist))

/** Pixels of a PNG, RGBA, after a look at its head: the signature, then IHDR with width and height (PNG specification, 5.2 and 11.2.2). */
async function pixelsOf(png: Buffer): Promise<Uint8ClampedArray> {
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 630])
  const context = createCanvas(1200, 630).getContext('2d')
  context.drawImage(await loadImage(png), 0, 0)
  return context.getImageData(0, 0, 1200, 630).data
}

const draw = async (request: PictureRequest): Promise<Uint8ClampedArray> => pixelsOf(await renderPicture(request))
/** `#rrggbb` of a pixel. */
const at = (pixels: Uint8ClampedArray, x: number, y: number): string =>
  `#${Buffer.from(pixels.subarray((y * 1200 + x) * 4, (y * 1200 + x) * 4 + 3)).toString('hex')}`
/** How many pixels of the rows [from, to) two pictures do not have in common. */
function differing(a: Uint8ClampedArray, b: Uint8ClampedArray, from = 0, to = 630): number {
  let count = 0
  for (let i = from * 1200 * 4; i < to * 1200 * 4; i += 4) if (a[i] !== b[i] || a[i + 1] !== b[i + 1] || a[i + 2] !== b[i + 2]) count++
  return count
}
/** Pixels that are not of the background. */
function inked(pixels: Uint8ClampedArray, x0: number, x1: number, y0: number, y1: number): number {
  const background = at(pixels, 2, 2)
  let count = 0
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) if (at(pixels, x, y) !== background) count++
  return count
}

const MAIN_TOP = 218

describe('renderPicture', () => {
  it('has its own fonts, and asks the system for none', () => {
    const families = GlobalFonts.families.map(({ family }) => family)
    expect(families).toEqual(expect.arrayContaining(['Geist', 'Geist Mono']))
    expect(() => loadFonts('/nonexistent')).toThrow('no font at /nonexistent')
  })

  it('is 1200 by 630, light or dark, below a megabyte, and the same each time', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const request = { ...graphRequest(), theme }
      const png = await renderPicture(request)
      expect(png.length).toBeLessThan(1024 * 1024)
      const pixels = await pixelsOf(png)
      expect(at(pixels, 2, 2)).toBe(PICTURE_INKS[theme].canvas)
      expect(differing(pixels, await draw(request))).toBe(0)
    }
  })

  it('draws each root frame as wide as its weight, in the colour of its kind', async () => {
    const builder = new ProfileBuilder({ event: 'cpu-clock', periodNs: 10_000_000 })
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'srv')
    builder.addSample(builder.addStack(-1, builder.addFrame('in_user', 'm', FRAME_KIND.user)), thread, 0, 3)
    builder.addSample(builder.addStack(-1, builder.addFrame('in_kernel', 'm', FRAME_KIND.kernel)), thread, 0, 1)
    const pixels = await draw(graphRequest(builder.build(), { question: { group: 'merged', order: 'weight' } }))
    // Rows are 36 px: "all", then the two functions, from 44 to 1156. Right ends of the boxes hold no letter.
    const middle = MAIN_TOP + 36 + 8
    const reds = (x: number) => Number.parseInt(at(pixels, x, middle).slice(1, 3), 16)
    const blues = (x: number) => Number.parseInt(at(pixels, x, middle).slice(5, 7), 16)
    const border = 44 + (1156 - 44) * 0.75
    expect(reds(Math.floor(border) - 6)).toBeGreaterThan(blues(Math.floor(border) - 6))
    expect(blues(1150)).toBeGreaterThan(reds(1150))
    expect(at(pixels, Math.ceil(border) + 6, middle)).not.toBe(at(pixels, Math.floor(border) - 6, middle))
  })

  it('shows the view: zoom, search, orientation, grouping, time, process and transforms each change the graph, and say so', async () => {
    const profile = syntheticProfile({ nodes: 3_000, hosts: 3, seed: 5 })
    const tree = buildCallTree(profile, { group: 'process', order: 'weight' })
    const deep = tree.depth.findIndex((depth, node) => depth === 4 && (tree.total[node] ?? 0) > 0.01 * (tree.total[0] ?? 0))
    const whole = await draw(graphRequest(profile))
    const question = { group: 'process', order: 'weight' } as const
    const focus = transformOfNode(tree, deep, 'focus-function')
    const hostId = profile.hosts.id[1] ?? ''
    const pid = profile.threads.pid[profile.threads.host.indexOf(1)] ?? 0
    for (const over of [
      { zoom: pathKey(tree, deep) },
      { search: { text: 'a', regex: false } },
      { orientation: 'flame' },
      { colorBy: 'module' },
      { question: { ...question, group: 'merged' } },
      { question: { ...question, invert: true } },
      { question: { ...question, hostId } },
      { question: { ...question, process: { hostId, pid } } },
      { question: { ...question, window: { fromUs: 0, toUs: 3e6 } } },
      { question: { ...question, hostId, against: 'rest' } },
      { question: { ...question, transforms: focus ? [focus] : [] } },
    ] as const) {
      const narrowed = await draw(graphRequest(profile, over))
      expect(differing(whole, narrowed, MAIN_TOP), JSON.stringify(over)).toBeGreaterThan(5_000)
    }
  })

  it('says that a zoom leads nowhere, and draws everything', async () => {
    const whole = await draw(graphRequest())
    const lost = await draw(graphRequest(undefined, { zoom: 'zzzzzzzz' }))
    expect(inked(lost, 44, 600, 208, 250)).toBeGreaterThan(2_000)
    expect(differing(whole, lost, 0, 150)).toBe(0)
  })

  it('gives a side table its own place, and warnings theirs', async () => {
    const plain = await draw({ ...graphRequest(), side: TABLE })
    const warned = await draw({ ...graphRequest(), side: TABLE, badges: [{ label: '2,103 samples lost', isWarning: true }] })
    expect(inked(plain, 784, 1156, MAIN_TOP, 400)).toBeGreaterThan(10_000)
    expect(inked(plain, 754, 780, MAIN_TOP, 600)).toBe(0)
    // Soft amber behind the words.
    expect(at(warned, 50, 229)).toBe(PICTURE_INKS.light.warnSoft)
  })

  it('draws what is no graph, and an empty profile as what it is', async () => {
    const base = graphRequest()
    const others: PictureRequest['main'][] = [
      TABLE,
      { kind: 'bars', title: 'How long they took', bars: [1, 0, 1_000_000], ticks: [{ at: 0, label: '1 µs' }], most: 'highest: 1M spans' },
      { kind: 'empty', text: 'Nothing was recorded' },
    ]
    for (const main of others) expect(inked(await draw({ ...base, main }), 44, 1156, MAIN_TOP, 600)).toBeGreaterThan(500)
    expect(inked(await draw(graphRequest(emptyProfile())), 44, 1156, MAIN_TOP, 300)).toBeGreaterThan(500)
  })

  it('keeps texts within the picture, whatever they hold', async () => {
    const nasty = ['<script>', '\u202eevil\u2066', 'nul\0', '漢字'.repeat(300), 'f'.repeat(65_536), 'lone\ud800', '👩‍👩‍👧'.repeat(50), '']
    const builder = new ProfileBuilder({ event: 'cpu-clock' })
    const thread = builder.addThread(builder.addHost('', ''), 1, 1, 'srv')
    for (const name of nasty) builder.addSample(builder.addStack(-1, builder.addFrame(name, name, FRAME_KIND.user)), thread, 0, 1)
    for (const text of nasty) {
      const pixels = await draw({
        ...graphRequest(builder.build(), { search: { text: '(', regex: true } }),
        title: text,
        byline: text,
        numbers: [{ value: text.slice(0, 20), label: text }],
        narrowed: nasty,
        badges: [{ label: text, isWarning: true }],
        side: { ...TABLE, title: text, rows: [{ cells: [text, text.slice(0, 30), '1'], share: 7 }] },
      })
      expect(inked(pixels, 1158, 1200, 0, 630), JSON.stringify(text.slice(0, 20))).toBe(0)
    }
  })

  it('throws for what is no profile', async () => {
    const request = graphRequest()
    if (request.main.kind !== 'graph') throw new Error('not a graph')
    await expect(renderPicture({ ...request, main: { ...request.main, profile: new Uint8Array([1, 2, 3]) } })).rejects.toThrow()
  })
})
