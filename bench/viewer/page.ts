import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, chromium } from '@playwright/test'
import { expectCapture, startCapture } from '../../e2e/capture-page.ts'
import { ADMIN } from '../../e2e/fixtures.ts'
import startStack from '../../e2e/global-setup.ts'
import { theStack } from '../../e2e/stack.ts'
import { machineFacts } from '../machine-facts.ts'
import { median, spread } from '../median.ts'

/**
 * What opening a capture's link costs a reader, with nothing in the browser's cache: the JavaScript of the page, and the time to its
 * largest paint and to its flame graph. On the real stack, with a real capture of the demo.
 *
 *   npx tsx bench/viewer/page.ts [--rounds 5]        root, perf
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })

type Visit = { lcpMs: number; graphMs: number; scripts: Map<string, number> }

/** One visit in an empty browser. Sizes are of the bodies as gzip packs them, whatever the server sent. */
async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage()
  const scripts = new Map<string, number>()
  const reading: Promise<void>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    reading.push(
      response.body().then((body) => {
        scripts.set(new URL(response.url()).pathname, gzipSync(body).length)
      }),
    )
  })
  await page.addInitScript({
    content: `globalThis.__name = (named) => named
      new PerformanceObserver((list) => { window.largestPaintMs = list.getEntries().at(-1).startTime }).observe({ type: 'largest-contentful-paint', buffered: true })`,
  })
  await page.goto(url)
  await page.getByTestId('sample-count').waitFor()
  const graphMs = await page.evaluate(() => performance.now())
  await page.waitForTimeout(1500)
  const lcpMs = await page.evaluate(() => (window as unknown as { largestPaintMs: number }).largestPaintMs)
  await Promise.all(reading)
  await page.close()
  return { lcpMs, graphMs, scripts }
}

const stop = await startStack()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
})
try {
  const size = { width: 1440, height: 900 }
  const first = await browser.newContext({ baseURL: theStack().url, viewport: size })
  const page = await first.newPage()
  await page.goto(theStack().setupUrl)
  const form = page.getByRole('form', { name: 'Create your account' })
  await form.getByLabel('Name').fill(ADMIN.name)
  await form.getByLabel('E-mail').fill(ADMIN.email)
  await form.getByLabel('Password').fill(ADMIN.password)
  await form.getByRole('button', { name: 'Create the account' }).click()
  await page.waitForURL('**/hosts')
  await startCapture(page, { seconds: 10 })
  await expectCapture(page, 'done', 60_000)
  const link = page.url()
  const storageState = await first.storageState()
  await first.close()

  const visits: Visit[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const context = await browser.newContext({ storageState, viewport: size })
    visits.push(await visit(context, link))
    await context.close()
  }
  const of = (pick: (one: Visit) => number) => `${median(visits.map(pick)).toFixed(0)} (${spread(visits.map(pick), 0)})`
  const total = (one: Visit) => [...one.scripts.values()].reduce((sum, bytes) => sum + bytes, 0) / 1000
  console.log(`${machineFacts()}; ${visits.length} visits\n`)
  console.log(`largest paint ${of((one) => one.lcpMs)} ms, flame graph ${of((one) => one.graphMs)} ms, JavaScript ${of(total)} kB gzip`)
  for (const [name, bytes] of [...(visits.at(-1)?.scripts ?? [])].sort((a, b) => b[1] - a[1])) {
    console.log(`  ${(bytes / 1000).toFixed(1).padStart(6)} kB  ${name}`)
  }
} finally {
  await browser.close()
  await stop()
}
