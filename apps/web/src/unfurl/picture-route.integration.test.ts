import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Actor } from '@sonde/contract'
import { type AgentHost, createShare, openShare, revokeShare } from '@sonde/domain'
import { createWorld, profileChunk, profileOf, SPEC, type World } from '@sonde/domain/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GET } from '../app/s/[token]/picture/route.ts'
import { PictureCache } from './picture-cache.ts'
import { PicturePainter } from './picture-painter.ts'
import type { PictureRequest } from './picture-request.ts'
import { shareMetadata } from './share-metadata.ts'
import { headHtml } from './testing/head-html.ts'
import { recordCapture } from './testing/recorded-capture.ts'
import { tagsOf, unfurlProblems } from './testing/unfurl-rules.ts'

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-picture-'))

/** Draws for real, and remembers what was asked of it. */
class WatchedPainter extends PicturePainter {
  readonly requests: PictureRequest[] = []
  override async paint(request: PictureRequest): Promise<Buffer> {
    this.requests.push(request)
    return await super.paint(request)
  }
}

let world: World
let operator: Actor
let host: AgentHost
let painter: WatchedPainter
beforeAll(async () => {
  execFileSync(process.execPath, [path.join(web, 'build-workers.mjs'), folder], { stdio: 'inherit' })
  world = await createWorld()
  // What getApp and pictureService keep for the process.
  Object.assign(globalThis, { sondeApp: world.app })
})
afterAll(async () => {
  await painter?.close()
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await world.clear()
  await painter?.close()
  painter = new WatchedPainter({ bundle: path.join(folder, 'picture-thread.cjs') })
  Object.assign(globalThis, { sondePictures: { cache: new PictureCache(10_000_000), painter } })
  operator = await world.actor('operator')
  host = await world.host('checkout-1.example.org')
})

const STACKS = ['main;json_encode', 'main;json_encode', 'main;fsync']
async function share(
  over: { view?: string; hosts?: boolean; finish?: boolean } = {},
): Promise<{ id: string; token: string; captureId: string }> {
  const captureId = await world.capture([host], SPEC)
  await recordCapture(world, captureId, [host], {
    chunks: () => [profileChunk(0, profileOf(host.id, STACKS))],
    quality: { samples: 3 },
    finish: over.finish ?? true,
  })
  const { id, url } = await createShare(operator, world.app, { id: captureId, view: over.view ?? '', hosts: over.hosts ?? false })
  return { id, token: url.slice(url.lastIndexOf('/') + 1), captureId }
}
const get = (token: string, query = '', headers: Record<string, string> = {}): Promise<Response> =>
  GET(new Request(`http://web.test/s/${token}/picture${query}`, { headers }), { params: Promise.resolve({ token }) })

describe('GET /s/TOKEN/picture', () => {
  it('is a PNG of 1200 by 630, without a session, whatever the crawler', async () => {
    const { token } = await share()
    const response = await get(token, '', { 'user-agent': 'Slack-ImgProxy (+https://api.slack.com/robots)' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/png')
    const png = Buffer.from(await response.arrayBuffer())
    expect(png.length).toBe(Number(response.headers.get('content-length')))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 630])
    expect(png.length).toBeLessThan(5_000_000)
  })

  it('is drawn once for the same view, and again for another view, theme or result', async () => {
    const { token } = await share()
    const answers = await Promise.all([get(token), get(token), get(token, '?utm_source=chat')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(painter.requests).toHaveLength(1)
    await get(token, '?v=1&search=json')
    await get(token, '?theme=dark')
    await get(token, '?v=1&search=json')
    expect(painter.requests.map(({ theme }) => theme)).toEqual(['light', 'light', 'dark'])
    expect(
      new Set(await Promise.all([get(token), get(token, '?theme=dark')].map(async (one) => (await one).headers.get('etag')))).size,
    ).toBe(2)
  })

  it('is kept by its tag: long where the capture is done, a few seconds while it records', async () => {
    const { token } = await share()
    const first = await get(token)
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('private, max-age=300')
    const again = await get(token, '', { 'if-none-match': `W/"other", ${etag}` })
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0])
    const running = await share({ finish: false })
    expect((await get(running.token)).headers.get('cache-control')).toBe('private, max-age=5')
  })

  it('is gone as soon as the link is revoked, also where it is kept, and with its tag', async () => {
    const { id, token } = await share()
    const etag = (await get(token)).headers.get('etag') ?? ''
    await revokeShare(operator, world.app, { id })
    for (const response of [await get(token), await get(token, '', { 'if-none-match': etag }), await get(token, '?theme=dark')]) {
      expect(response.status).toBe(410)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('content-type')).toMatch(/json/)
    }
    expect((await get('ssh_nothing')).status).toBe(404)
    expect(painter.requests).toHaveLength(1)
  })

  it('holds no name of a host unless the link says so: what is drawn was never given one', async () => {
    const hidden = await share({ view: 'v=1&group=host' })
    await get(hidden.token)
    const named = await share({ hosts: true })
    await get(named.token)
    const [without, withNames] = painter.requests
    const textOf = (request: PictureRequest | undefined) => {
      const profile = request?.main.kind === 'graph' ? Buffer.from(request.main.profile).toString('base64') : ''
      return JSON.stringify({ ...request, main: profile.length })
    }
    expect(textOf(without)).not.toContain('checkout-1')
    expect(textOf(withNames)).toContain('checkout-1.example.org')
  })

  it('asks to come back where too many are wanted at once', async () => {
    const { token } = await share()
    await painter.close()
    painter = new WatchedPainter({ bundle: path.join(folder, 'picture-thread.cjs'), waiting: 1 })
    Object.assign(globalThis, { sondePictures: { cache: new PictureCache(10_000_000), painter } })
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => get(token, `?v=1&search=x${i}`)))
    const busy = answers.filter(({ status }) => status === 503)
    expect(busy.length).toBeGreaterThan(0)
    expect(busy[0]?.headers.get('retry-after')).toBe('5')
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true)
  })
})

describe('the tags of a share link', () => {
  const tags = async (token: string, query = ''): Promise<string> => {
    const opened = await openShare(world.app, token)
    return headHtml(await shareMetadata(world.app, opened, { token, query: new URLSearchParams(query) }))
  }
  it('keep every published rule, and name no host and no symbol', async () => {
    const { token } = await share({ view: 'v=1&search=json' })
    const html = await tags(token)
    expect(unfurlProblems({ html, contentType: 'text/html', status: 200, origin: 'http://web.test' })).toEqual([])
    const { meta } = tagsOf(html)
    expect(meta.get('og:image')).toEqual([`http://web.test/s/${token}/picture`])
    expect(meta.get('og:description')?.[0]).toMatch(/^3 samples · 1 host · .* · by Some operator · /)
    expect(html).not.toMatch(/checkout-1|json_encode|fsync/)
  })
  it('show the view that the address carries', async () => {
    const { token } = await share()
    const { meta } = tagsOf(await tags(token, 'v=1&layout=flame'))
    expect(meta.get('og:image')).toEqual([`http://web.test/s/${token}/picture?v=1&layout=flame`])
    expect(meta.get('og:url')).toEqual([`http://web.test/s/${token}?v=1&layout=flame`])
  })
})
