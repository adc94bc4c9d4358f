import { existsSync } from 'node:fs'
import { type Browser, chromium, type Locator, type Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleDevPage } from '../testing/bundle.ts'

/** The whole component in a real browser, on the dev page. */
const CHROMIUM = '/usr/bin/chromium'

/** For what comes with a frame or a timer, on a busy machine. */
const PATIENT = { timeout: 15_000 }

describe.skipIf(!existsSync(CHROMIUM))(`FlameGraph in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser
  let html: string
  const pages: Page[] = []

  beforeAll(async () => {
    html = await bundleDevPage()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()))
  })

  async function open(query: string, options: { height?: number; dpr?: number; still?: boolean } = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1000, height: options.height ?? 700 },
      deviceScaleFactor: options.dpr ?? 1,
      reducedMotion: options.still === false ? 'no-preference' : 'reduce',
    })
    const page = await context.newPage()
    pages.push(page)
    page.on('pageerror', (error) => {
      throw error
    })
    await page.route('http://flame.test/**', (route) => route.fulfill({ body: html, contentType: 'text/html; charset=utf-8' }))
    await page.goto(`http://flame.test/?${query}`)
    await page.waitForFunction(() => window.dev?.mountedMs > 0)
    return page
  }
  const zoomNode = (page: Page) => page.evaluate(() => window.dev.zoomNode)
  const nameOf = (page: Page, node: number) => page.evaluate((at) => window.dev.tree.labels[window.dev.tree.label[at] ?? 0], node)
  const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? ''
  const stageTop = (page: Page) => page.locator('.sf-stage').evaluate((stage) => stage.getBoundingClientRect().top)
  const spoken = (page: Page) => textOf(page.locator('.sf-hidden[role=status]'))
  /** Middle of a row of the icicle. */
  const rowY = async (page: Page, row: number) => (await stageTop(page)) + row * 18 + 8

  it('zooms by click, follows the tooltip, and zooms out by Escape and double click', async () => {
    const page = await open('n=5000')
    await page.mouse.move(100, await rowY(page, 5))
    const name = await textOf(page.locator('.sf-tip .sf-name'))
    await page.mouse.click(100, await rowY(page, 5))
    const zoomed = await zoomNode(page)
    expect(zoomed).toBeGreaterThan(0)
    expect(await nameOf(page, zoomed)).toBe(name)
    expect(await textOf(page.locator('.sf-crumbs [aria-current]'))).toBe(name)
    await page.locator('.sf-scroller').focus()
    await page.keyboard.press('Escape')
    await expect.poll(() => zoomNode(page)).toBe(0)
    await page.mouse.click(100, await rowY(page, 6))
    expect(await zoomNode(page)).toBeGreaterThan(0)
    await page.waitForTimeout(600)
    await page.mouse.dblclick(300, await rowY(page, 8))
    await expect.poll(() => zoomNode(page)).toBe(0)
  })

  it('what is drawn under the pointer is what the tooltip names: colours of the canvas against hits', async () => {
    const page = await open('n=3000&search=tcp', { dpr: 2 })
    const stage = await page.locator('.sf-stage').boundingBox()
    if (!stage) throw new Error('no stage')
    let checked = 0
    for (let i = 0; i < 60; i++) {
      const [x, y] = [5 + ((i * 131) % (stage.width - 10)), 9 + ((i * 7) % 24) * 18]
      await page.mouse.move(stage.x + x, stage.y + y)
      const drawn = await page.evaluate(
        ([px, py]) => {
          const canvas = document.querySelector('canvas')
          const [r = 0, g = 0, b = 0] = canvas?.getContext('2d')?.getImageData((px ?? 0) * 2, (py ?? 0) * 2 - 12, 1, 1).data ?? []
          return { r, g, b }
        },
        [x, y],
      )
      const tip = page.locator('.sf-tip .sf-name')
      const isBlank = drawn.r === 255 && drawn.g === 255 && drawn.b === 255
      // A gap between two boxes belongs to the left one.
      if ((await tip.count()) === 0) {
        expect([i, isBlank]).toEqual([i, true])
        continue
      }
      const text = await textOf(tip)
      if (text.includes('too narrow') || isBlank) continue
      checked++
      const isMagenta = drawn.r - drawn.g > 80 && drawn.b - drawn.g > 80
      expect([i, text, isMagenta]).toEqual([i, text, text.toLowerCase().includes('tcp')])
    }
    expect(checked).toBeGreaterThan(25)
  })

  it('goes from frame to frame by keys and says where it is', async () => {
    const page = await open('n=5000')
    await page.locator('.sf-scroller').focus()
    await page.keyboard.press('ArrowDown')
    expect(await spoken(page)).toMatch(/^all, 100 %, depth 0$/)
    await page.keyboard.press('ArrowDown')
    const first = await spoken(page)
    expect(first).toMatch(/, depth 1, 1 of \d+ siblings$/)
    await page.keyboard.press('ArrowRight')
    expect(await spoken(page)).toMatch(/depth 1, 2 of/)
    await page.keyboard.press('ArrowLeft')
    expect(await spoken(page)).toBe(first)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => window.dev.tree.depth[window.dev.zoomNode])).toBe(2)
    await page.keyboard.press('Home')
    expect(await zoomNode(page)).toBe(0)
    await page.keyboard.press('/')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
  })

  it('turns the arrows round with the graph', async () => {
    const page = await open('n=5000&layout=flame')
    await page.locator('.sf-scroller').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await spoken(page)).toMatch(/depth 1/)
    await page.keyboard.press('ArrowDown')
    expect(await spoken(page)).toMatch(/depth 0/)
  })

  it('wheel: scrolls a graph that is higher than its window, zooms with ctrl, and zooms plainly where nothing scrolls', async () => {
    const page = await open('n=5000')
    await page.mouse.move(300, await rowY(page, 4))
    await page.mouse.wheel(0, 200)
    await expect.poll(() => page.locator('.sf-scroller').evaluate((scroller) => scroller.scrollTop)).toBeGreaterThan(0)
    expect(await zoomNode(page)).toBe(0)
    await page.keyboard.down('Control')
    for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await expect.poll(() => zoomNode(page)).toBeGreaterThan(0)

    const low = await open('shape=hostile')
    await low.mouse.move(120, await rowY(low, 2))
    for (let i = 0; i < 8; i++) await low.mouse.wheel(0, -100)
    await expect.poll(() => zoomNode(low)).toBeGreaterThan(0)
    for (let i = 0; i < 12; i++) await low.mouse.wheel(0, 100)
    await expect.poll(() => zoomNode(low)).toBe(0)
  })

  it('pans by dragging without taking the end of the drag for a click', async () => {
    const page = await open('n=5000')
    await page.mouse.click(100, await rowY(page, 6))
    const zoomed = await zoomNode(page)
    const before = await page.locator('.sf-stage canvas').first().screenshot()
    await page.mouse.move(600, await rowY(page, 8))
    await page.mouse.down()
    await page.mouse.move(300, await rowY(page, 8), { steps: 5 })
    await page.mouse.up()
    await page.waitForTimeout(400)
    expect((await page.locator('.sf-stage canvas').first().screenshot()).equals(before)).toBe(false)
    // What is seen now is no longer within the frame alone.
    expect(
      await page.evaluate(
        ([from, to]) => (window.dev.tree.total[from ?? 0] ?? 0) >= (window.dev.tree.total[to ?? 0] ?? 0),
        [await zoomNode(page), zoomed],
      ),
    ).toBe(true)
  })

  it('keeps zoom and focus when the tree grows, and never paints an empty picture in between', async () => {
    const page = await open('n=5000')
    await page.mouse.click(100, await rowY(page, 4))
    const name = await nameOf(page, await zoomNode(page))
    const crumb = await textOf(page.locator('.sf-crumbs [aria-current]'))
    await page.evaluate(() => {
      const canvas = document.querySelector('canvas')
      const look = (): void => {
        const data = canvas?.getContext('2d')?.getImageData(0, 0, 400, 60).data
        if (!data?.some((value, i) => i % 4 < 3 && value < 240)) window.dev.blanks++
        requestAnimationFrame(look)
      }
      look()
      window.dev.grow()
    })
    await page.waitForTimeout(300)
    expect(await nameOf(page, await zoomNode(page))).toBe(name)
    expect(await textOf(page.locator('.sf-crumbs [aria-current]'))).toBe(crumb)
    expect(await page.evaluate(() => window.dev.blanks)).toBe(0)
  })

  it('goes where its owner says, and reports each zoom once', async () => {
    const page = await open('n=5000', { still: false })
    await page.mouse.click(100, await rowY(page, 4))
    await page.waitForTimeout(300)
    const [zooms, node] = await page.evaluate(() => [window.dev.zooms.length, window.dev.zoomNode])
    expect(zooms).toBe(1)
    await page.locator('.sf-crumbs button').first().click()
    expect(await zoomNode(page)).toBe(0)
    await page.waitForTimeout(300)
    // The graph is back at the root without having reported it: the same click zooms to the same frame again.
    await page.mouse.click(100, await rowY(page, 4))
    await page.waitForTimeout(200)
    expect(await zoomNode(page)).toBe(node)
    expect(await page.evaluate(() => window.dev.zooms.length)).toBe(2)
  })

  it('searches: share, next and previous match, and a pattern that cannot be used', async () => {
    const page = await open('n=5000&search=tcp')
    await expect.poll(() => textOf(page.locator('#share'))).toMatch(/^\d+\.\d % in \d+ frames$/)
    await page.locator('.sf-scroller').focus()
    await page.keyboard.press('n')
    expect(await textOf(page.locator('.sf-toast'))).toMatch(/^Match 1 of \d+$/)
    expect((await spoken(page)).toLowerCase()).toContain('tcp')
    await page.keyboard.press('Shift+N')
    expect(await textOf(page.locator('.sf-toast'))).toMatch(/^Match (\d+) of \1$/)
    expect((await spoken(page)).toLowerCase()).toContain('tcp')

    const broken = await open('n=500&regex&search=(a')
    await expect.poll(() => textOf(broken.locator('#share'))).toMatch(/Not a usable pattern/)
  })

  it('copies the stack leaf first', async () => {
    const page = await open('n=5000')
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'])
      .catch(() => undefined)
    await page.locator('.sf-scroller').focus()
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown')
    const copied = await page.evaluate(async () => {
      let text = ''
      document.addEventListener('copy', () => {
        text = document.activeElement instanceof HTMLTextAreaElement ? document.activeElement.value : text
      })
      document.querySelector('.sf-scroller')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true }))
      await new Promise((done) => setTimeout(done, 100))
      return text
    })
    expect(copied.split('\n')).toHaveLength(3)
    expect(copied.split('\n')[0]).toContain((await spoken(page)).split(',')[0])
    expect(await textOf(page.locator('.sf-toast'))).toBe('Copied 3 frames')
  })

  it('hostile names stay text: no markup runs, nothing overflows, no control character reaches the page', async () => {
    const page = await open('shape=hostile')
    for (const x of [50, 300, 600, 750, 900]) {
      await page.mouse.move(x, await rowY(page, 2))
      const tip = page.locator('.sf-tip')
      expect(await tip.locator('*:not(div):not(dl):not(dt):not(dd)').count()).toBe(0)
      expect(await textOf(tip)).not.toMatch(/\p{Cc}|\p{Cf}/u)
      const box = await tip.boundingBox()
      expect(box && box.x >= 0 && box.x + box.width <= 1000 && box.height < 400).toBe(true)
    }
    expect(await page.title()).toBe('Flame graph')
  })

  it('has a map of the whole, with a window to move by pointer and keys', async () => {
    const page = await open('n=5000', { height: 500 })
    const slider = page.getByRole('slider', { name: 'Part of the flame graph on screen' })
    const map = await page.locator('.sf-map').boundingBox()
    if (!map) throw new Error('no map')
    const valueText = async () => (await slider.getAttribute('aria-valuetext')) ?? ''
    await expect.poll(valueText, PATIENT).toBe('the whole width')

    // A stretch is drawn, and becomes what is seen.
    await page.mouse.move(map.x + map.width * 0.25, map.y + 10)
    await page.mouse.down()
    await page.mouse.move(map.x + map.width * 0.5, map.y + 12, { steps: 4 })
    await page.mouse.up()
    await expect.poll(valueText, PATIENT).toBe('25.0 % of the width, from 25.0 % to 50.0 %')

    // The window is dragged.
    const box = await page.locator('.sf-window').boundingBox()
    if (!box) throw new Error('no window')
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2 + map.width * 0.2, box.y + box.height / 2 + 6, { steps: 4 })
    await page.mouse.up()
    await expect.poll(valueText, PATIENT).toBe('25.0 % of the width, from 45.0 % to 70.0 %')
    await expect.poll(() => page.locator('.sf-scroller').evaluate((scroller) => scroller.scrollTop), PATIENT).toBeGreaterThan(0)

    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(valueText, PATIENT).toBe('25.0 % of the width, from 42.5 % to 67.5 %')
    await page.keyboard.press('End')
    await expect.poll(valueText, PATIENT).toMatch(/from 75\.0 % to 100 %$/)
    await page.keyboard.press('PageUp')
    await expect.poll(valueText, PATIENT).toMatch(/from 50\.0 % to 75\.0 %$/)
    await page.keyboard.press('+')
    await expect.poll(valueText, PATIENT).toMatch(/^15\.0 % of the width/)
    await page.keyboard.press('Escape')
    await expect.poll(valueText, PATIENT).toBe('the whole width')
    await expect.poll(() => zoomNode(page), PATIENT).toBe(0)
  })

  it('pinches, pans and taps by touch, and leaves scrolling to the browser', async () => {
    const page = await open('n=5000')
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 2 })
    const y = await rowY(page, 5)
    type Point = { x: number; y: number; id: number }
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: Point[]) =>
      cdp.send('Input.dispatchTouchEvent', { type, touchPoints })
    const seen = async (): Promise<number[]> => {
      const text = (await page.getByRole('slider').getAttribute('aria-valuetext')) ?? ''
      return [...text.matchAll(/([\d.]+) %/g)].map((match) => Number(match[1]))
    }
    await touch('touchStart', { x: 300, y: await rowY(page, 2), id: 0 })
    await touch('touchEnd')
    await expect.poll(() => zoomNode(page), PATIENT).toBeGreaterThan(0)
    await page.getByRole('slider').press('Escape')
    await expect.poll(seen, PATIENT).toEqual([])
    // Two fingers from 100 px apart to 400: four times as near, around 500.
    await touch('touchStart', { x: 450, y, id: 0 }, { x: 550, y, id: 1 })
    for (let step = 1; step <= 5; step++) await touch('touchMove', { x: 450 - step * 30, y, id: 0 }, { x: 550 + step * 30, y, id: 1 })
    await touch('touchEnd')
    await expect.poll(async () => Math.round((await seen())[0] ?? 100)).toBe(25)
    const [, from = 0] = await seen()
    // One finger pulls the graph along, sideways.
    await touch('touchStart', { x: 600, y, id: 0 })
    for (let step = 1; step <= 6; step++) await touch('touchMove', { x: 600 - step * 40, y, id: 0 })
    await touch('touchEnd')
    await expect.poll(async () => (await seen())[1] ?? 0, PATIENT).toBeGreaterThan(from + 4)
    expect(await page.locator('.sf-stage').evaluate((stage) => getComputedStyle(stage).touchAction)).toBe('pan-y')
  })

  it('prints the picture as it is, no higher than it is on screen, whatever is below', async () => {
    const page = await open('shape=recursion')
    const heightOf = (selector: string) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().height)
    const widthOf = (selector: string) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().width)
    const before = await heightOf('.sf-stage')
    expect(await heightOf('.sf-content')).toBeGreaterThan(50_000)
    await page.emulateMedia({ media: 'print' })
    expect(await heightOf('.sf-content')).toBeLessThanOrEqual(before + 1)
    // On narrower paper it is scaled.
    await page.addStyleTag({ content: '@media print { #root > div { width: 500px } }' })
    expect(await widthOf('.sf-stage canvas >> nth=0')).toBeLessThanOrEqual(500)
  })

  it('goes from one row of 100,000 equal siblings to a frame under the pointer, and back out', async () => {
    const page = await open('shape=siblings')
    const name = page.locator('.sf-tip .sf-name')
    await page.mouse.move(700, await rowY(page, 1))
    expect(await textOf(name)).toMatch(/^[\d,]+ frames, too narrow to draw$/)
    for (let clicks = 0; clicks < 4 && /too narrow/.test(await textOf(name)); clicks++) {
      const before = await textOf(name)
      await page.mouse.click(700, await rowY(page, 1))
      await expect.poll(() => textOf(name)).not.toBe(before)
    }
    expect(await textOf(name)).toMatch(/^s\d+$/)
    // Seven tenths of the way through 100,000.
    await page.waitForTimeout(600)
    await page.mouse.click(700, await rowY(page, 1))
    await expect.poll(() => zoomNode(page)).toBeGreaterThan(65_000)
    expect(await zoomNode(page)).toBeLessThan(75_000)
    await page.locator('.sf-scroller').focus()
    for (let i = 0; i < 4; i++) await page.keyboard.press('Escape')
    expect(await zoomNode(page)).toBe(0)
    await page.mouse.move(700, await rowY(page, 1))
    expect(await textOf(name)).toMatch(/too narrow/)
  })

  it.each(['icicle', 'flame'])('reads a stack of 5,000 frames: scrolls to its end, steps down by keys: %s', async (layout) => {
    const page = await open(`shape=recursion&layout=${layout}`)
    const scroller = page.locator('.sf-scroller')
    const height = await scroller.evaluate((element) => element.scrollHeight)
    expect(height).toBeGreaterThan(5_000 * 17)
    expect(
      await page
        .locator('canvas')
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).height),
    ).toBeLessThan(1_000)
    await scroller.evaluate((element, top) => element.scrollTo(0, top), layout === 'flame' ? 0 : height)
    await page.mouse.move(100, layout === 'flame' ? (await stageTop(page)) + 8 : 690)
    await expect.poll(() => textOf(page.locator('.sf-tip'))).toMatch(/^r\d/)
    await page.mouse.click(100, layout === 'flame' ? (await stageTop(page)) + 8 : 690)
    expect(await zoomNode(page)).toBeGreaterThan(4_990)
    await scroller.focus()
    await page.keyboard.press('Home')
    for (let i = 0; i < 60; i++) await page.keyboard.press(layout === 'flame' ? 'ArrowUp' : 'ArrowDown')
    expect(await spoken(page)).toMatch(/depth 60$/)
    await expect.poll(() => textOf(page.locator('.sf-tip .sf-name'))).toMatch(/^r\d$/)
    const tip = await page.locator('.sf-tip').boundingBox()
    expect(tip && tip.y > 0 && tip.y < 700).toBe(true)
  })

  it('picks the process of a frame by menu and key', async () => {
    const page = await open('n=5000')
    await page.mouse.click(100, await rowY(page, 5), { button: 'right' })
    await expect.poll(() => textOf(page.locator('[role=menuitem]:focus'))).toMatch(/^Zoom to this frame/)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => window.dev.picked)).toBeGreaterThanOrEqual(0)
    expect(await page.locator('[role=menu]').count()).toBe(0)
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('sf-scroller')
    expect(await zoomNode(page)).toBe(0)
  })
})
