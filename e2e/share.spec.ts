import type { Browser, BrowserContext, Locator, Page } from '@playwright/test'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { theStack } from './stack.ts'

// The first makes the link that the others read.
test.describe.configure({ mode: 'serial' })

const HOST = 'e2e-host'
const TITLE = `iowait on ${HOST} at night`
const search = (page: Page) => page.getByLabel('Search the flame graph')
const matches = (page: Page) => page.getByTestId('flame-matches')
const crumbs = (page: Page) => page.getByRole('navigation', { name: 'Path of the zoomed frame' })
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Share this view' })
const sortedBy = (page: Page) => page.locator('[role=columnheader][aria-sort=descending], [role=columnheader][aria-sort=ascending]')
const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? ''

/** All that a link has to bring back, as it can be read off the page. */
async function viewOf(page: Page) {
  await expect(matches(page)).toBeVisible()
  await expect(crumbs(page)).toBeVisible()
  return {
    search: await search(page).inputValue(),
    matches: await textOf(matches(page)),
    crumbs: await textOf(crumbs(page)),
    sort: await textOf(sortedBy(page)),
    window: await textOf(page.getByTestId('selected-window')),
    samples: await textOf(page.getByTestId('sample-count')),
    panes: await page.getByRole('region').evaluateAll((regions) => regions.map((region) => region.getAttribute('aria-label'))),
  }
}

/** Nobody: no session, no cookie of ours. */
const stranger = (browser: Browser, over: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> =>
  browser.newContext({ storageState: { cookies: [], origins: [] }, ...over })

let link = ''
let captureUrl = ''

test('two clicks make a link of the view, and it is on the clipboard', async ({ page }) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout, title: TITLE })
  await expectCapture(page, 'done')
  captureUrl = page.url().replace(/\?.*/, '')
  await page.goto(`${captureUrl}?v=1&search=publishWithRetry&sort=errors&window=1000-7000`)
  await expect(matches(page)).toBeVisible()
  await search(page).press('Enter') // to the heaviest match
  await page.getByRole('application', { name: 'Flame graph' }).press('Enter')
  await expect(crumbs(page)).toContainText('publishWithRetry')

  await page.evaluate(() => {
    Reflect.set(window, 'clicksSoFar', 0)
    window.addEventListener('click', () => Reflect.set(window, 'clicksSoFar', Reflect.get(window, 'clicksSoFar') + 1), { capture: true })
  })
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByTestId('create-share').click()
  await expect(page.getByTestId('share-url')).toBeVisible()
  expect(await page.evaluate(() => Reflect.get(window, 'clicksSoFar'))).toBe(2)
  link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(/\/s\/ssh_[\w-]{22}$/)
  expect(await textOf(page.getByTestId('share-url'))).toBe(link)
  await expect(page.getByText('The link is made and copied')).toBeVisible()
  const row = dialog(page).getByTestId('share')
  await expect(row).toContainText('you')
  await expect(row).toContainText('neither')
  await expect(row).toContainText('0×')
  await expectAccessible(page)
})

test('the same by the keyboard: Enter in the dialog makes a link, Escape goes back to the button', async ({ page }) => {
  await page.goto(captureUrl)
  await expect(page.getByTestId('sample-count')).toBeVisible()
  await page.getByRole('button', { name: 'Share', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('create-share')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('share-url')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Share', exact: true })).toBeFocused()
})

test('a reader without an account lands on the same view, without names of hosts', async ({ page, browser }) => {
  await page.goto(`${captureUrl}?v=1&search=publishWithRetry&sort=errors&window=1000-7000`)
  await expect(matches(page)).toBeVisible()
  await search(page).press('Enter')
  await page.getByRole('application', { name: 'Flame graph' }).press('Enter')
  const sent = await viewOf(page)

  const context = await stranger(browser)
  const reader = await context.newPage()
  const answers: Promise<string>[] = []
  const leaks: string[] = []
  const token = link.slice(link.lastIndexOf('/') + 1)
  reader.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/api/')) answers.push(response.text().catch(() => ''))
  })
  reader.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (request.url().includes(token) && pathname !== `/s/${token}`) leaks.push(request.url())
    if (request.headers().referer?.includes(token)) leaks.push(`referer of ${request.url()}`)
  })
  const opened = await reader.goto(link)
  expect(opened?.status()).toBe(200)
  expect(opened?.headers()['referrer-policy']).toBe('no-referrer')
  expect(opened?.headers()['x-robots-tag']).toContain('noindex')
  expect(opened?.headers()['cache-control']).toContain('no-store')
  expect(await opened?.text()).not.toContain(HOST)

  expect(await viewOf(reader)).toEqual(sent)
  const [theirs, ours] = [new URL(reader.url()), new URL(page.url())]
  expect(Object.fromEntries(theirs.searchParams)).toEqual(Object.fromEntries(ours.searchParams))
  await expect(reader.getByTestId('share-bar')).toHaveText(/^Shared by Ada Admin · expires in [67]\sd · host names and arguments left out$/)
  // The title named the host.
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText(/, 1 host$/)
  await expect(reader.getByTestId('target')).toContainText('host 1')
  expect(await reader.locator('body').textContent()).not.toContain(HOST)
  for (const name of ['Share', 'Run again', 'More', 'Commands'])
    await expect(reader.getByRole('button', { name, exact: true })).toHaveCount(0)
  await expect(reader.getByRole('link', { name: 'Change' })).toHaveCount(0)
  await expectAccessible(reader)

  // A view of their own is kept where they load the page again.
  await search(reader).fill('formatFailure')
  await expect(reader).toHaveURL(/search=formatFailure/)
  await reader.reload()
  await expect(search(reader)).toHaveValue('formatFailure')

  expect((await Promise.all(answers)).filter((text) => text.includes(HOST))).toEqual([])
  expect(answers.length).toBeGreaterThan(3)
  expect(leaks).toEqual([])
  await context.close()
})

test('it can be read on a phone', async ({ browser }) => {
  const context = await stranger(browser, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' })
  const reader = await context.newPage()
  await reader.goto(link)
  await expect(reader.getByTestId('sample-count')).toBeVisible()
  expect(await reader.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await expectAccessible(reader)
  await reader.screenshot({ path: test.info().outputPath('phone.png') })
  await context.close()
})

test('a link with everything in it shows everything', async ({ page, browser }) => {
  await page.goto(captureUrl)
  await expect(page.getByTestId('sample-count')).toBeVisible()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByLabel('Include host names').check()
  await page.getByLabel('Include arguments').check()
  await page.getByRole('radio', { name: '1 hour' }).click()
  await page.getByTestId('create-share').click()
  await expect(page.getByTestId('share-url')).toBeVisible()
  await page.screenshot({ path: test.info().outputPath('dialog.png') })
  const context = await stranger(browser)
  const reader = await context.newPage()
  await reader.goto(await textOf(page.getByTestId('share-url')))
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText(TITLE)
  await expect(reader.getByTestId('share-bar')).not.toContainText('left out')
  await expect(reader.getByRole('button', { name: 'Commands' })).toBeVisible()
  await reader.screenshot({ path: test.info().outputPath('reader.png') })
  await context.close()
})

test('a revoked link says so within a second, also where it is open', async ({ page, browser }) => {
  const context = await stranger(browser)
  const reader = await context.newPage()
  await reader.goto(link)
  await expect(reader.getByTestId('sample-count')).toBeVisible()

  await page.goto('/settings')
  const links = page.getByRole('table', { name: 'Links that work' }).getByTestId('share').filter({ hasText: TITLE })
  await expect(links).toHaveCount(3)
  await expectAccessible(page)
  // The oldest is the one that was read: by the test of the reader, on the phone and here.
  const row = links.last()
  await expect(row).toContainText(/[3-9]×/)
  await row.getByRole('button', { name: 'Revoke' }).click()
  await expect(links).toHaveCount(2)

  await expect(reader.getByRole('heading', { name: 'This link was revoked' })).toBeVisible({ timeout: 8_000 })
  await expect(reader.getByTestId('sample-count')).toHaveCount(0)
  await expectAccessible(reader)

  const before = performance.now()
  const answer = await reader.goto(link)
  expect(performance.now() - before).toBeLessThan(1_000)
  expect(answer?.status()).toBe(410)
  await expect(reader.getByRole('heading', { name: 'This link was revoked' })).toBeVisible()
  expect(answer?.headers()['cache-control']).toContain('no-store')
  await expectAccessible(reader)

  const unknown = await reader.goto(link.replace(/.{6}$/, 'AAAAAA'))
  expect(unknown?.status()).toBe(404)
  await expect(reader.getByRole('heading', { name: 'There is no such link' })).toBeVisible()
  await context.close()
})

test('who follows a signed-in link without an account learns what kind of capture it is, and no more', async ({ browser }) => {
  const context = await stranger(browser)
  const crawler = await context.request.get(`${captureUrl}?v=1&search=publishWithRetry`, {
    headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' },
  })
  expect(crawler.status()).toBe(200)
  const html = await crawler.text()
  const head = html.slice(0, html.indexOf('</head>'))
  expect(head).toMatch(/<meta property="og:title" content="[^"]+, 1 host · \d{1,2} \w+ \d{4} \d\d:\d\d UTC"/)
  expect(head).not.toContain('publishWithRetry')
  expect(html).not.toContain(HOST)
  expect(html).not.toContain('at night')
  // The form stands there for whoever has an account.
  expect(html).toContain('name="password"')
  const missing = await context.request.get(captureUrl.replace(/[^/]+$/, 'nothinghere'))
  expect(await missing.text()).not.toContain('og:title')
  await context.close()
})
