import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { tagsOf, unfurlProblems } from '../apps/web/src/unfurl/testing/unfurl-rules.ts'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, test } from './fixtures.ts'
import { theStack } from './stack.ts'

test.describe.configure({ mode: 'serial' })

/** As the crawlers of chats name themselves. */
const CRAWLERS = {
  slack: 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  teams: 'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
  discord: 'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  plain: 'curl/8.5.0',
} as const

/** Without a session, without a browser. */
const crawl = (url: string, agent: string = CRAWLERS.slack): Promise<Response> =>
  fetch(url, { headers: { 'user-agent': agent }, redirect: 'manual' })

async function call<Answer>(page: Page, procedure: string, input: unknown): Promise<Answer> {
  const response = await page.request.post(`/api/trpc/${procedure}`, { data: { json: input } })
  expect(response.status(), await response.text()).toBe(200)
  return (await response.json()).result.data.json
}

const share = (page: Page, view = ''): Promise<{ id: string; url: string }> =>
  call(page, 'shares.create', { id: /\/captures\/([^/?]+)/.exec(page.url())?.[1], view })

/** A picture as a chat fetches it; with SONDE_SCREENSHOTS=1 it becomes docs/screenshots/<name>.png. */
async function picture(url: string, name: string): Promise<Buffer> {
  const response = await crawl(url, 'Slack-ImgProxy (+https://api.slack.com/robots)')
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
  const png = Buffer.from(await response.arrayBuffer())
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)], name).toEqual([1200, 630])
  // Slack, X and Discord take 5 MB; a picture of a few hundred bytes would be an empty one.
  expect(png.length).toBeGreaterThan(20_000)
  expect(png.length).toBeLessThan(1_000_000)
  const shown = path.join(import.meta.dirname, '../docs/screenshots', `${name}.png`)
  writeFileSync(process.env.SONDE_SCREENSHOTS === '1' ? shown : test.info().outputPath(`${name}.png`), png)
  return png
}

let revocable = { id: '', url: '' }

test('a share link unfurls: tags that every chat reads, and a picture of that very view', async ({ page }) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout, title: 'iowait alert at night' })
  await expectCapture(page, 'done')
  revocable = await share(page)

  for (const [name, agent] of Object.entries(CRAWLERS)) {
    const response = await crawl(revocable.url, agent)
    const html = await response.text()
    const answer = { html, contentType: response.headers.get('content-type') ?? '', status: response.status, origin: theStack().url }
    expect(unfurlProblems(answer), name).toEqual([])
    const { meta } = tagsOf(html)
    expect(meta.get('og:title'), name).toEqual(['iowait alert at night'])
    expect(meta.get('og:description')?.[0], name).toMatch(/^[\d.,kM]+ samples · [\d.,kM]+ syscalls · 1 host · .* · by Ada Admin · /)
    expect(meta.get('og:image'), name).toEqual([`${revocable.url}/picture`])
    expect(html.slice(0, html.indexOf('<body')), name).not.toContain('e2e-host')
  }
  const light = await picture(`${revocable.url}/picture`, 'unfurl-light')
  const dark = await picture(`${revocable.url}/picture?theme=dark`, 'unfurl-dark')
  expect(light.equals(dark)).toBe(false)

  await page.goto(`${page.url().replace(/\?.*/, '')}?v=1&search=publishWithRetry&window=1000-6000&sort=errors`)
  await expect(page.getByTestId('flame-matches')).toBeVisible()
  await page.getByLabel('Search the flame graph').press('Enter')
  await page.getByRole('application', { name: 'Flame graph' }).press('Enter')
  await expect(page).toHaveURL(/zoom=/)
  const narrowed = await share(page, new URL(page.url()).search.slice(1))
  expect((await picture(`${narrowed.url}/picture`, 'unfurl-narrowed')).equals(light)).toBe(false)
})

test('a capture without stacks has a picture of its own', async ({ page }) => {
  await startCapture(page, { seconds: 4, recipe: 'syscall-breakdown', pid: theStack().demo.checkout, title: 'Who fails to connect' })
  await expectCapture(page, 'done')
  const { url } = await share(page)
  await picture(`${url}/picture`, 'unfurl-syscalls')
})

test('a revoked link shows no picture, and no tag', async ({ page }) => {
  await call(page, 'shares.revoke', { id: revocable.id })
  for (const query of ['', '?theme=dark']) expect((await crawl(`${revocable.url}/picture${query}`)).status).toBe(410)
  const response = await crawl(revocable.url)
  expect(response.status).toBe(410)
  expect(tagsOf(await response.text()).meta.has('og:image')).toBe(false)
})

test('a signed-in link says nothing but its kind and its time to a crawler', async ({ page }) => {
  await page.goto('/captures')
  await page.getByTestId('capture-row').first().getByRole('link').first().click()
  await page.waitForURL(/\/captures\/[^/]+$/)
  const html = await (await crawl(page.url())).text()
  expect(html).not.toMatch(/publishWithRetry|e2e-host|\/picture/)
})
