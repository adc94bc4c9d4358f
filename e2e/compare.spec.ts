import { readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import type { APIRequestContext, Page } from '@playwright/test'
import { z } from 'zod'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessibleAtRest, test } from './fixtures.ts'
import { startProbeTarget } from './probe-target.ts'
import { takeScreenshots } from './screenshots.ts'
import { call, captureFleet, enrolFleet, query } from './scripted-fleet.ts'

const functionRow = (page: Page, name: string) => page.getByTestId('function-findings-row').filter({ hasText: name })
const firstRow = (page: Page) => page.getByTestId('function-findings-row').first()
const sentences = (page: Page) => page.getByTestId('verdict-sentences')
/** What a screen reader is told of the frame that the search went to. */
const spoken = (page: Page) => page.getByTestId('compare-flame').locator('.sf-root [aria-live=polite]').first()

async function findFrame(page: Page, name: string): Promise<void> {
  const box = page.getByLabel('Search the flame graphs and the functions')
  await box.fill(name)
  await expect(page).toHaveURL(new RegExp(`search=${name}`))
  // Until what is found is that of this search, Enter goes to what the last one found.
  await expect(async () => {
    await box.press('Enter')
    await expect(spoken(page)).toContainText(name, { timeout: 1_000 })
  }).toPass()
}

async function removeOtherHosts(request: APIRequestContext): Promise<void> {
  const hosts = z.array(z.object({ id: z.string(), name: z.string() })).parse(await query(request, 'hosts.list', {}))
  for (const { id, name } of hosts) if (name !== 'e2e-host') await call(request, 'hosts.remove', { id })
}

test('two captures of a service that became slower: which function, how sure, and one link to paste', async ({ page }, testInfo) => {
  test.setTimeout(240_000)
  const target = await startProbeTarget('compare-target')
  // A machine that is busy with other things would leave it too few samples to say anything.
  setPriority(target.pid, -10)
  try {
    await startCapture(page, { seconds: 10, pid: target.pid, title: 'Before the release' })
    await expectCapture(page, 'done', 60_000)
    process.kill(target.pid, 'SIGUSR1')
    await startCapture(page, { seconds: 10, pid: target.pid, title: 'After the release' })
    await expectCapture(page, 'done', 60_000)
  } finally {
    target.stop()
  }

  await test.step('from the capture’s page, the one before with the same instruments and hosts is offered first', async () => {
    await page.keyboard.press('v')
    await page.waitForURL(/\/compare\?b=/)
    const offered = page.getByTestId('pick-capture').first()
    await expect(offered).toContainText('Before the release')
    await expect(offered).toContainText('same instruments and hosts')
    await expectAccessibleAtRest(page)
    await offered.click()
    await expect(page).toHaveURL(/\/compare\?a=.+&b=.+/)
    await expect(page).toHaveTitle(/Before the release vs After the release/)
  })

  await test.step('the sentence names the function, the table puts it first, the graph colours it', async () => {
    await expect(page.getByTestId('verdict-differs')).toHaveAttribute('data-differs', 'true', { timeout: 60_000 })
    await expect(sentences(page)).toContainText('json_encode')
    await expect(firstRow(page)).toContainText('json_encode')
    await expect(firstRow(page)).toHaveAttribute('data-significant', 'true')
    await expect(firstRow(page)).toContainText(/▲ \+\d/)
    await findFrame(page, 'json_encode')
    await expect(spoken(page)).toContainText(/json_encode.*▲ .* points more/)
    await expectAccessibleAtRest(page)
    await takeScreenshots(page, 'compare', () => expect(firstRow(page)).toBeVisible())
  })

  await test.step('failed calls are in the table of system calls', async () => {
    await page.getByRole('radio', { name: /^System calls/ }).click()
    const close = page.getByTestId('syscall-findings-row').filter({ hasText: /^close/ })
    await expect(close).toHaveAttribute('data-significant', 'true')
    await expect(close).toContainText(/0.% → 100.%/)
    await page.getByRole('radio', { name: /^Functions/ }).click()
  })

  await test.step('swapped, every sign turns', async () => {
    await page.getByRole('button', { name: 'Swap' }).click()
    await expect(page.getByTestId('side-a')).toContainText('After the release')
    await expect(functionRow(page, 'json_encode').first()).toContainText(/▼ −\d/, { timeout: 60_000 })
    await page.goBack()
    await expect(functionRow(page, 'json_encode').first()).toContainText(/▲ \+\d/)
  })

  await test.step('side by side, with one search and one selected function; the link restores it all', async () => {
    await page.getByRole('radio', { name: 'Side by side' }).click()
    await expect(page.getByTestId('flame-a').getByTestId('compare-matches')).toContainText(/found \d+ frame/)
    await expect(page.getByTestId('flame-b').getByTestId('compare-matches')).toContainText(/found \d+ frame/)
    await page.getByRole('columnheader', { name: 'q', exact: true }).getByRole('button').click()
    await functionRow(page, 'json_encode').first().click()
    await expect(page).toHaveURL(/graph=sides.*fn=/)
    await page.goto(page.url())
    await expect(page.getByTestId('flame-b').getByTestId('compare-matches')).toContainText(/found \d+ frame/)
    await expect(page.getByRole('columnheader', { name: 'q', exact: true })).toHaveAttribute('aria-sort', 'ascending')
    await expect(page.locator('[data-testid=function-findings-row][aria-selected=true]')).toContainText('json_encode')
    await expect(page.getByLabel('Search the flame graphs and the functions')).toHaveValue('json_encode')
    await expectAccessibleAtRest(page)
  })

  await test.step('the table as a file has the same numbers', async () => {
    const saved = page.waitForEvent('download')
    await page.getByTestId('csv-functions').click()
    const file = testInfo.outputPath('functions.csv')
    await (await saved).saveAs(file)
    const [head, ...rows] = (await readFile(file, 'utf8')).trim().split('\r\n')
    expect(head).toMatch(/^function,library,on,self A \(share\),self B \(share\),self change \(share\)/)
    const [name, , , a, b, change] = rows[0]?.split(',') ?? []
    expect(name).toContain('json_encode')
    expect(Number(b) - Number(a)).toBeCloseTo(Number(change), 9)
    expect(Number(change)).toBeGreaterThan(0.1)
  })

  await test.step('by requests, counted by a system call of each', async () => {
    await page.getByLabel('Compare by').selectOption('requests')
    await page.getByLabel('System call that each request takes once').fill('close')
    await page.getByLabel('System call that each request takes once').press('Enter')
    await expect(page).toHaveURL(/by=requests&requests=close/)
    await expect(functionRow(page, 'json_encode').first()).toHaveAttribute('data-significant', 'true', { timeout: 60_000 })
    await expect(page.getByTestId('verdict-sentences')).toContainText('cpu-seconds/request')
  })

  await test.step('a stretch of time narrows a side, and the verdict follows', async () => {
    await page.getByRole('button', { name: 'Narrow side B' }).click()
    await expect(page.getByTestId('time-b')).toBeVisible()
    await page.getByLabel('Side B from, seconds').fill('1')
    await page.getByLabel('Side B to, seconds').fill('5')
    await page.getByLabel('Side B to, seconds').press('Enter')
    await expect(page).toHaveURL(/~w\.1000-5000/)
    await expect(page.getByTestId('selection-b')).toContainText('1–5')
    await page.goBack()
    await expect(page).not.toHaveURL(/~w\./)
  })

  await test.step('on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(page.url())
    await expect(sentences(page)).toContainText('json_encode', { timeout: 60_000 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await expectAccessibleAtRest(page)
  })
})

test('two ticked in the list are compared, the earlier one as A; a deleted one says so', async ({ page }) => {
  await page.goto('/captures?q=the release')
  await page.getByLabel('Compare After the release').check()
  await page.getByLabel('Compare Before the release').check()
  await page.getByTestId('compare-chosen').getByRole('link', { name: 'Compare' }).click()
  await expect(page.getByTestId('side-a')).toContainText('Before the release')
  await expect(page.getByTestId('side-b')).toContainText('After the release')
  await page.goto('/compare')
  await expect(page.getByTestId('suggested-pairs')).toContainText('Before the release')
  await expectAccessibleAtRest(page)
  await page.goto('/compare?a=nosuchcapture&b=nosuchcapture')
  await expect(page.getByTestId('side-a')).toContainText('There is no such capture')
  await expectAccessibleAtRest(page)
})

test('one host against the rest: a verdict, what is grey, and why the two may differ anyway', async ({ page }) => {
  const fleet = await enrolFleet(page.request, 6)
  try {
    const capture = await captureFleet(page.request, fleet)
    const odd = fleet.find(({ name }) => name === 'web-3')?.id ?? ''
    await page.goto(`/captures/${capture}?host=${odd}`)
    await page.getByRole('link', { name: 'verdict: host vs the rest' }).click()
    await expect(page.getByTestId('selection-a')).toContainText('all but web-3')
    await expect(page.getByTestId('selection-b')).toContainText('web-3')
    await expect(sentences(page)).toContainText(/ext4_sync_file|log_retry/, { timeout: 60_000 })
    const warnings = page.getByTestId('verdict-warnings')
    await expect(warnings.locator('[data-code=hosts-differ]')).toBeVisible()
    await expect(warnings.locator('[data-code=kernels-differ]')).toContainText('6.8.0-31-generic')

    await expect(functionRow(page, 'ext4_sync_file').first()).toHaveAttribute('data-significant', 'true')
    await expect(functionRow(page, 'gc_sweep_inner').first()).toHaveAttribute('data-significant', 'false')
    await findFrame(page, 'ext4_sync_file')
    await expect(spoken(page)).toContainText(/ext4_sync_file.*▲ 1\d\.\d points more/)
    await findFrame(page, 'gc_sweep_inner')
    await expect(spoken(page)).toContainText(/gc_sweep_inner.*not significant/)

    await page.getByLabel('Search the flame graphs and the functions').fill('')
    // Not check(): the box follows the link, which takes a moment.
    await page.getByLabel('only significant').click()
    await expect(page.getByLabel('only significant')).toBeChecked()
    await expect(page.locator('[data-testid=function-findings-row][data-significant=false]')).toHaveCount(0)
    await expectAccessibleAtRest(page)
  } finally {
    await removeOtherHosts(page.request)
  }
})
