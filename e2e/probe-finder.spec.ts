import type { Locator } from '@playwright/test'
import { expect, expectAccessible, test } from './fixtures.ts'
import { activate, askForecast, card, finder, hits, lookInside, onlyProcess, openBuilder, runToEnd } from './own-capture.ts'
import { type ProbeTarget, startProbeTarget } from './probe-target.ts'
import { takeScreenshots } from './screenshots.ts'

let target: ProbeTarget
test.beforeAll(async () => {
  target = await startProbeTarget()
})
test.afterAll(() => target.stop())

/** For pictures of what a phone shows further down. */
async function inView(locator: Locator): Promise<void> {
  await expect(locator).toBeVisible()
  await locator.scrollIntoViewIfNeeded()
}

const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6 }
/** The first number of a text like "1,234 events" or "12.3k spans". */
async function numberIn(locator: Locator): Promise<number> {
  const [, digits = '', suffix = ''] = /([\d,.]+)([kM]?)/.exec((await locator.textContent()) ?? '') ?? []
  return Number(digits.replaceAll(',', '')) * (SUFFIXES[suffix] ?? 1)
}

test('a tracepoint: found by words, counted where a condition holds', async ({ page }) => {
  await openBuilder(page)
  await expect(hits(page).first()).toBeVisible({ timeout: 60_000 }) // the agent reads its kernel once
  await activate(page, 'enter nanosleep', 'syscalls:sys_enter_clock_nanosleep')
  await expect(page.getByRole('table', { name: /^Arguments of/ })).toContainText('which_clock')
  await expectAccessible(page)
  await takeScreenshots(page, 'finder-tracepoint', () => expect(hits(page).first()).toBeVisible())
  await finder(page).press('Enter')
  const counts = card(page, 'counts')
  await expect(counts).toContainText('tracepoint:syscalls:sys_enter_clock_nanosleep')

  await test.step('a condition that is none, or does not fit the probe, says so and holds Start back', async () => {
    const when = counts.getByRole('combobox', { name: 'Only events with' })
    await when.pressSequentially('args.fl')
    await expect(counts.getByRole('listbox').getByRole('option', { selected: true })).toContainText('args.flags')
    await page.keyboard.press('Enter')
    await expect(when).toHaveValue('args.flags ')
    await when.pressSequentially('=')
    await when.blur()
    await expect(counts.getByText(/^Expected a number or a text/)).toBeVisible()
    await expect(page.getByTestId('start-capture')).toBeDisabled()
    await when.fill('args.nothing_like_that > 1')
    await when.blur()
    await expect(counts.getByText(/^args\.nothing_like_that is not known here/)).toBeVisible()
    await when.fill('comm == "probe-target"')
    await when.blur()
    await expect(page.getByTestId('start-capture')).toBeEnabled()
    await expectAccessible(page)
  })

  const forecast = await askForecast(page)
  await expect(forecast).toHaveAttribute('data-verdict', 'ok')
  await expect(forecast).toContainText('of budget')
  await takeScreenshots(page, 'forecast-tracepoint', () => inView(page.getByTestId('host-forecast')))
  const link = page.url()
  await runToEnd(page, 3)
  const row = page.getByTestId('counts-row').filter({ hasText: 'probe-target' })
  await expect(row).toHaveCount(1)
  await expect(page.getByTestId('counts-row')).toHaveCount(1) // the condition held in the kernel
  expect(await numberIn(page.getByTestId('counts-total'))).toBeGreaterThan(300)
  await takeScreenshots(page, 'result-tracepoint', () => expect(row).toBeVisible())

  await test.step('the form is in its link, and in that of its capture', async () => {
    const when = card(page, 'counts').getByRole('combobox', { name: 'Only events with' })
    await page.goto(link)
    await expect(when).toHaveValue('comm == "probe-target"')
    await page.goBack()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Change and run…' }).click()
    await page.waitForURL('**/captures/new?**')
    await expect(when).toHaveValue('comm == "probe-target"')
    await expect(page.getByLabel('Duration', { exact: true })).toHaveValue('3')
  })
})

test('a user function: picked from a running process, timed from entry to return', async ({ page }) => {
  await openBuilder(page)
  await page.getByRole('radio', { name: 'User functions', exact: true }).click()
  await page.getByLabel('Search processes').fill(String(target.pid))
  await page.getByRole('option', { name: new RegExp(`Look inside probe-target, process ${target.pid}\\b`) }).click()
  await activate(page, 'e2e_st', 'e2e_step')
  await takeScreenshots(page, 'finder-uprobe', () => expect(hits(page).first()).toBeVisible())
  await page.getByRole('button', { name: 'Latency', exact: true }).click()
  await expect(card(page, 'latency')).toContainText('uprobe:e2e_step')
  await expect(card(page, 'latency')).toContainText('from its own entry to its own return')
  await expect(await askForecast(page)).toHaveAttribute('data-verdict', 'ok')
  await takeScreenshots(page, 'forecast-uprobe', () => inView(page.getByTestId('host-forecast')))
  await runToEnd(page, 3)
  await expect(page.getByTestId('latency-row').filter({ hasText: 'probe-target' })).toHaveCount(1)
  expect(await numberIn(page.getByTestId('latency-total'))).toBeGreaterThan(300)
  await expectAccessible(page)
  await takeScreenshots(page, 'result-uprobe', () => expect(page.getByTestId('latency-row').first()).toBeVisible())
})

test('a USDT probe: rows with its arguments', async ({ page }) => {
  await openBuilder(page)
  await lookInside(page, 'USDT', target.binary)
  await activate(page, 'step', 'sonde_e2e:step')
  await takeScreenshots(page, 'finder-usdt', () => expect(hits(page).first()).toBeVisible())
  await page.getByRole('button', { name: 'Events', exact: true }).click()
  const events = card(page, 'events')
  for (const field of ['args.arg0', 'args.arg1']) await events.getByRole('checkbox', { name: field }).check()
  await expect(await askForecast(page)).toHaveAttribute('data-verdict', 'ok')
  await takeScreenshots(page, 'forecast-usdt', () => inView(page.getByTestId('host-forecast')))
  await runToEnd(page, 3)
  await expect(page.getByTestId('event-row').first()).toContainText('probe-target')
  expect(await numberIn(page.getByTestId('events-total'))).toBeGreaterThan(300)
  await takeScreenshots(page, 'result-usdt', () => expect(page.getByTestId('event-row').first()).toBeVisible())
})

test('a software event: stacks of page faults, and counters beside them', async ({ page }) => {
  await openBuilder(page)
  await page.getByRole('radio', { name: 'Counters', exact: true }).click()
  await activate(page, 'page-faults', 'page-faults')
  await takeScreenshots(page, 'finder-pmu', () => expect(hits(page).first()).toBeVisible())
  await finder(page).press('Enter')
  await card(page, 'stacks').getByRole('radio', { name: 'every n events' }).click()
  await page.getByRole('button', { name: 'Find another probe' }).click()
  await page.getByTestId('probe-finder').getByRole('radio', { name: 'Counters', exact: true }).click()
  await activate(page, 'minor', 'minor-faults')
  await finder(page).press('Enter')
  await expect(card(page, 'pmu')).toContainText('minor-faults')
  await onlyProcess(page, target.pid)
  await expect(await askForecast(page)).toHaveAttribute('data-verdict', 'ok')
  await takeScreenshots(page, 'forecast-pmu', () => inView(page.getByTestId('host-forecast')))
  await runToEnd(page, 3)
  await expect(page.getByTestId('sample-count')).toBeVisible()
  await expect(page.getByTestId('counter-row').filter({ hasText: 'minor-faults' })).toHaveCount(1)
  await takeScreenshots(page, 'result-pmu', () => expect(page.getByTestId('sample-count')).toBeVisible())
})

test('what this host cannot do is greyed out, with the reason', async ({ page }) => {
  const { capabilities } = await test.step('what its agent found', async () => {
    const answer = await page.request.get(`/api/trpc/hosts.list?input=${encodeURIComponent(JSON.stringify({ json: {} }))}`)
    const host: { facts: { capabilities: { id: string; available: boolean; reason: string | null }[] } } = (await answer.json()).result.data
      .json[0]
    return host.facts
  })
  const whyNot = (id: string) => {
    const capability = capabilities.find((c) => c.id === id)
    return capability?.available ? null : (capability?.reason ?? '')
  }
  await openBuilder(page)

  await test.step('kernel functions', async () => {
    const reason = whyNot('kprobes')
    await page.getByRole('radio', { name: 'Kernel functions', exact: true }).click()
    await activate(page, 'vfs_read', 'vfs_read')
    const hit = hits(page).filter({ has: page.getByTitle('vfs_read', { exact: true }) })
    await expect(hit).toHaveAttribute('aria-disabled', String(reason !== null))
    if (reason === null) return
    await expect(page.getByTestId('probe-finder')).toContainText(reason)
    await takeScreenshots(page, 'finder-kprobe', () => expect(hits(page).first()).toBeVisible())
    await finder(page).press('Enter')
    await expect(card(page, 'counts')).toHaveCount(0)
    await expectAccessible(page)
  })

  await test.step('hardware counters, asked for by a link', async () => {
    const reason = whyNot('hardware-pmu')
    await page.goto('/captures/new?recipe=cache-misses')
    const recipe = page.getByTestId('recipe-cache-misses')
    if (reason === null) return expect(recipe.getByRole('radio')).toBeEnabled()
    await expect(recipe.getByRole('radio')).toBeDisabled()
    await expect(recipe).toContainText(reason)
    await expect(page.getByTestId('start-capture')).toBeDisabled()
    await expect(page.getByTestId('start-note')).toContainText('None of the picked hosts can run this recipe')
  })
})
