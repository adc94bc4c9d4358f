import type { Page } from '@playwright/test'
import { specOfRecipe } from '@sonde/contract'
import { z } from 'zod'
import { expectCapture } from './capture-page.ts'
import { countClicks } from './count-clicks.ts'
import { expect, test } from './fixtures.ts'
import { call, enrolFleet, query } from './scripted-fleet.ts'
import { theStack } from './stack.ts'

/** The journeys that Sonde is for, each by as many clicks as it may take. What is measured stands in the report. */
const say = (type: string, description: string) => test.info().annotations.push({ type, description })

test('incident: from the words of an alert to the stacks behind it, in four clicks', async ({ page }) => {
  const fleet = await enrolFleet(page.request, 7)
  try {
    await page.goto('/captures/new')
    await expect(page.getByRole('button', { name: 'Pick all 8' })).toBeVisible()
    const clicks = await countClicks(page)

    await test.step('whom: the words of the alert', async () => {
      await page.getByLabel('Search hosts to pick').focus()
      await page.keyboard.type('service=checkout')
      await page.getByRole('button', { name: 'Pick all 8' }).click()
      await expect(page.getByTestId('picked-hosts')).toContainText('8 hosts, 8 online')
    })

    const startedAt = await test.step('what, and start', async () => {
      await page.getByRole('radio', { name: 'CPU + syscalls', exact: true }).check()
      await page.getByTestId('start-capture').click()
      return Date.now()
    })
    await page.waitForURL(/\/captures\/(?!new)[^/]+$/)
    const answers = Promise.all(fleet.map((host) => host.answerCapture()))

    await test.step('the first partial flame graph within ten seconds', async () => {
      await expect(page.getByTestId('sample-count')).toContainText(/[1-9][\d.,k]* samples/, { timeout: 10_000 })
      const seconds = (Date.now() - startedAt) / 1_000
      say('start to first flame graph', `${seconds.toFixed(1)} s`)
      expect(seconds).toBeLessThan(10)
      await expect(page.getByTestId('capture-state')).toHaveAttribute('data-state', 'running')
    })
    await answers

    await test.step('a call that fails, and the stacks that issue it', async () => {
      await page.getByLabel('Filter the syscall table').focus()
      await page.keyboard.type('connect ECONNREFUSED')
      await page
        .getByRole('button', { name: /^Details of connect/ })
        .first()
        .click()
      await expect(page.getByTestId('syscall-details')).toContainText('ECONNREFUSED')
      await expect(page.getByTestId('stacks-under')).toBeVisible()
    })
    say('clicks', `${clicks.soFar()}`)
    expect(clicks.soFar()).toBeLessThanOrEqual(4)
    await expectCapture(page, 'done', 60_000)

    await test.step('and which host is unlike the others', async () => {
      await page.goto(`${new URL(page.url()).pathname}?panes=odd`)
      await expect(page.getByTestId('odd-row').first()).toContainText(/web-3|e2e-host/)
    })
  } finally {
    for (const { id } of fleet) await call(page.request, 'hosts.remove', { id })
  }
})

test('share: two clicks and a paste, and the reader sees what the sender saw', async ({ page, browser }) => {
  await openNewest(page)
  await page.getByLabel('Search the flame graph').fill('publishWithRetry')
  await expect(page).toHaveURL(/search=publishWithRetry/)
  const clicks = await countClicks(page)
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByTestId('create-share').click()
  await expect(page.getByTestId('share-url')).toBeVisible()
  say('clicks', `${clicks.soFar()}`)
  expect(clicks.soFar()).toBe(2)
  const link = await page.evaluate(() => navigator.clipboard.readText())

  const reader = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  try {
    const theirs = await reader.newPage()
    await theirs.goto(link)
    await expect(theirs.getByLabel('Search the flame graph')).toHaveValue('publishWithRetry')
    await expect(theirs.getByTestId('flame-matches')).toHaveText((await page.getByTestId('flame-matches').textContent()) ?? '')
    await expect(theirs.getByText('e2e-host')).toHaveCount(0)
  } finally {
    await reader.close()
  }
})

test('deploy: what a release made slower, from any page, in three clicks', async ({ page }) => {
  // What a pipeline and its rules do: a capture before, one after, and a marker between them.
  const hosts = z.array(z.object({ id: z.string(), name: z.string() })).parse(await query(page.request, 'hosts.list', {}))
  const hostIds = hosts.filter((host) => host.name === 'e2e-host').map((host) => host.id)
  const spec = specOfRecipe('cpu-profile', { durationMs: 4_000 })
  const record = async (title: string): Promise<string> => {
    const { id } = z.object({ id: z.string() }).parse(await call(page.request, 'captures.start', { hostIds, spec, title }))
    await page.goto(`/captures/${id}`)
    await expectCapture(page, 'done', 60_000)
    return id
  }
  const before = await record('before 3.1.4')
  const after = await record('after 3.1.4')
  const { id } = z
    .object({ id: z.string() })
    .parse(await call(page.request, 'deploys.mark', { service: 'journey', version: '3.1.4', hosts: ['e2e-host'], state: 'finished' }))
  await call(page.request, 'deploys.pick', { id, side: 'before', captureId: before })
  const { pairs } = z.object({ pairs: z.array(z.object({ id: z.string() })) }).parse(await query(page.request, 'deploys.get', { id }))
  await call(page.request, 'deploys.pick', { id, pairId: pairs[0]?.id, side: 'after', captureId: after })

  await page.goto('/hosts')
  await expect(page.getByRole('status').filter({ hasText: 'online' })).toBeVisible()
  const clicks = await countClicks(page)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Deploys' }).click()
  await page.getByTestId('deploy-row').filter({ hasText: '3.1.4' }).getByRole('link').first().click()
  await page.waitForURL(/\/deploys\/[^/]+$/)
  await expect(page.getByTestId('pair-verdict')).toContainText(/\w/)
  await page.getByRole('button', { name: 'Copy link to this deploy' }).click()
  say('clicks', `${clicks.soFar()}`)
  expect(clicks.soFar()).toBe(3)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(new URL(`/deploys/${id}`, theStack().url).href)
  await call(page.request, 'deploys.delete', { id })
})

/** The newest capture of CPU and system calls of this machine's demo, one that an earlier journey made. */
async function openNewest(page: Page): Promise<void> {
  await page.goto('/captures')
  await page.getByTestId('capture-row').filter({ hasText: 'CPU + syscalls' }).first().getByRole('link').first().click()
  await page.waitForURL(/\/captures\/(?!new)[^/]+$/)
  await expect(page.getByTestId('sample-count')).toBeVisible()
  expect(theStack().url).toBe(new URL(page.url()).origin)
}
