import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleDevPage } from '../../testing/bundle.ts'

/** The engine in a real worker, its hooks in React's strict mode. */
const CHROMIUM = '/usr/bin/chromium'

describe.skipIf(!existsSync(CHROMIUM))(`the engine in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser
  let html: string
  beforeAll(async () => {
    html = await bundleDevPage('engine-page.tsx')
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  async function open(query: string): Promise<Page> {
    const page = await browser.newPage()
    page.on('pageerror', (error) => {
      throw error
    })
    await page.route('http://flame.test/**', (route) => route.fulfill({ body: html, contentType: 'text/html; charset=utf-8' }))
    await page.goto(`http://flame.test/?${query}`)
    return page
  }
  const textOf = async (page: Page, id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? ''

  const PATIENT = { timeout: 20_000 }
  it.each([
    ['in a worker', 'n=20000', 1],
    ['on the page where there are no workers', 'n=20000&noworker', 0],
  ])('draws, searches and grows %s', async (_, query, workers) => {
    const page = await open(query)
    await expect.poll(() => textOf(page, 'nodes'), PATIENT).toMatch(/^\d{5}$/)
    await expect.poll(() => textOf(page, 'weight'), PATIENT).toMatch(/^\d+$/)
    const [nodes, weight] = [Number(await textOf(page, 'nodes')), Number(await textOf(page, 'weight'))]

    await page.getByLabel('Search').fill('tcp')
    await expect.poll(() => textOf(page, 'found'), PATIENT).toMatch(/^\d+ frames$/)
    const found = await textOf(page, 'found')
    await page.locator('.sf-scroller').focus()
    await page.keyboard.press('n')
    expect(await page.locator('.sf-toast').textContent()).toMatch(/^Match 1 of \d+$/)

    // A grown profile comes with its matches, and the figure never falls back to nothing in between.
    await page.evaluate(() => {
      const seen = new Set<string>()
      const look = () => {
        seen.add(document.getElementById('found')?.textContent ?? '')
        requestAnimationFrame(look)
      }
      look()
      Object.assign(window, { seen })
      window.engine.grow()
    })
    await expect.poll(async () => Number(await textOf(page, 'nodes')), PATIENT).toBeGreaterThan(nodes)
    await expect.poll(async () => Number(await textOf(page, 'weight')), PATIENT).toBeGreaterThan(weight)
    expect(await textOf(page, 'found')).not.toBe(found)
    expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual([found, await textOf(page, 'found')])

    // Another question, and a search in its answer.
    await page.evaluate(() => window.engine.setGroup('merged'))
    await page.getByLabel('Search').fill('json')
    await expect.poll(() => textOf(page, 'found'), PATIENT).toMatch(/^[1-9]\d* frames$/)
    await page.getByLabel('Search').fill('nothing is called so')
    await expect.poll(() => textOf(page, 'found'), PATIENT).toBe('0 frames')
    await page.getByLabel('Search').fill('')
    await expect.poll(() => textOf(page, 'found'), PATIENT).toBe('')
    expect(await textOf(page, 'error')).toBe('')
    expect(await page.evaluate(() => window.engine.workers)).toBe(workers)
    await page.close()
  })
})
