import { type ChildProcess, spawn } from 'node:child_process'
import type { Locator, Page } from '@playwright/test'
import { type CaptureSpecInput, specOfRecipe } from '@sonde/contract'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessibleAtRest, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

const selectedWindow = (page: Page) => page.getByTestId('selected-window')
const selectedProcess = (page: Page) => page.getByTestId('selected-process')

const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 }
/** The first number of a text like "1,234 events" or "12.3k spans". */
async function numberIn(locator: Locator): Promise<number> {
  const [, digits = '', suffix = ''] = /([\d,.]+)([kMG]?)/.exec((await locator.textContent()) ?? '') ?? []
  return Number(digits.replaceAll(',', '')) * (SUFFIXES[suffix] ?? 1)
}

/** Selects the middle of a chart's time by the keyboard: from its `from`-th step, `steps` further ones. */
async function selectTime(chart: Locator, from: number, steps: number): Promise<void> {
  await chart.focus()
  await chart.press('Home')
  for (let i = 0; i < from; i++) await chart.press('ArrowRight')
  for (let i = 0; i < steps; i++) await chart.press('Shift+ArrowRight')
}

/** Starts a capture of this machine that no single recipe is; the form of it has tests of its own. */
async function startSpec(page: Page, spec: CaptureSpecInput): Promise<void> {
  const hosts = await page.request.get(`/api/trpc/hosts.list?input=${encodeURIComponent(JSON.stringify({ json: {} }))}`)
  const hostIds = [(await hosts.json()).result.data.json[0].id]
  const started = await page.request.post('/api/trpc/captures.start', { data: { json: { hostIds, spec } } })
  expect(started.ok(), await started.text()).toBe(true)
  await page.goto(`/captures/${(await started.json()).result.data.json.id}`)
}

const readers = new Set<ChildProcess>()
test.afterEach(() => {
  for (const child of readers) child.kill('SIGKILL')
})

/** A process that opens a file again and again, and sleeps between: it is in every result. */
function startReader(): { pid: number; stop: () => void } {
  const child = spawn(process.execPath, ['-e', "setInterval(() => require('node:fs').readFileSync('/etc/hostname'), 20)"], {
    stdio: 'ignore',
  })
  readers.add(child)
  return { pid: child.pid ?? 0, stop: () => child.kill('SIGKILL') }
}

test('off-CPU: where the demo waits, in time and in waits', async ({ page }) => {
  const { checkout } = theStack().demo
  await startCapture(page, { recipe: 'off-cpu', seconds: 5, pid: checkout })
  await expectCapture(page, 'done', 60_000)
  await expect(page.getByTestId('offcpu-pane')).toBeVisible()
  await expect(page.getByTestId('sample-count')).toHaveText(/(s|min) blocked in [\d,.k]+ waits$/)
  const graph = page.getByRole('application', { name: 'Off-CPU flame graph' })
  await expect(graph).toBeVisible()

  await test.step('a frame says how long and how often', async () => {
    await page.getByLabel('Search the off-CPU flame graph').fill('epoll')
    await expect(page.getByTestId('flame-matches')).toHaveText(/%/)
    await page.getByLabel('Search the off-CPU flame graph').press('Enter')
    await expect(page.getByRole('tooltip')).toHaveCount(0)
    await graph.focus()
    await graph.press('ArrowDown')
    await expect(page.getByRole('tooltip')).toContainText(/blocked in [\d,]+ waits?/)
  })
  await graph.press('Escape')
  await expectAccessibleAtRest(page)
  await takeScreenshots(page, 'result-off-cpu', () => expect(page.getByTestId('sample-count')).toBeVisible())
})

test('counts: over time, by what was asked for or by process; the link is the view', async ({ page }) => {
  const { checkout } = theStack().demo
  await startCapture(page, { recipe: 'context-switches', seconds: 6 })
  const rows = page.getByTestId('counts-row')
  const total = page.getByTestId('counts-total')

  await test.step('counts come in while it runs', async () => {
    await expect(rows.first()).toBeVisible({ timeout: 30_000 })
    await expect(page.getByTestId('capture-state')).toHaveAttribute('data-state', 'running')
  })
  await expectCapture(page, 'done', 60_000)
  const all = await numberIn(total)
  expect(all).toBeGreaterThan(100)

  await test.step('by process: the demo’s is one of them, and narrows the page to it', async () => {
    await page.getByLabel('Rows of the counts').selectOption('by process')
    const row = rows.filter({ hasText: `${checkout}` })
    await page.getByLabel('Filter the counts').fill(`${checkout}`)
    await expect(rows).toHaveCount(1)
    await row.getByRole('button', { name: /show only this process/ }).click()
    await expect(selectedProcess(page)).toContainText(`${checkout}`)
    expect(await numberIn(total)).toBeLessThan(all)
    await page.getByLabel('Filter the counts').fill('')
  })

  await test.step('a stretch of time by the keyboard: less was counted in it', async () => {
    const whole = await numberIn(total)
    await selectTime(page.getByTestId('counts-chart'), 1, 1)
    await expect(selectedWindow(page)).toHaveText('only 1–3 s')
    await expect.poll(() => numberIn(total)).toBeLessThan(whole)
  })

  await test.step('who gets the link sees the same', async () => {
    await page.getByRole('radio', { name: 'Stacked' }).click()
    const [seen, rowText] = [await total.textContent(), await rows.first().textContent()]
    await page.goto(page.url())
    await expect(total).toHaveText(seen ?? '')
    await expect(rows.first()).toHaveText(rowText ?? '')
    await expect(page.getByRole('radio', { name: 'Stacked' })).toHaveAttribute('aria-checked', 'true')
    await expect(selectedProcess(page)).toContainText(`${checkout}`)
  })

  await test.step('and back to all of it', async () => {
    await page.getByRole('button', { name: 'Show the whole time' }).click()
    await page.getByLabel('Show all processes', { exact: true }).click()
    await expect.poll(() => numberIn(total)).toBe(all)
  })
  await expectAccessibleAtRest(page)
  await takeScreenshots(page, 'result-counts', () => expect(rows.first()).toBeVisible())
})

test('latency: heat map, histogram and rows say the same, and go with the selected time', async ({ page }) => {
  await startCapture(page, { recipe: 'run-queue-latency', seconds: 6 })
  await expectCapture(page, 'done', 60_000)
  const rows = page.getByTestId('latency-row')
  const total = page.getByTestId('latency-total')
  await expect(total).toHaveText(/^[\d,.kM]+ spans, p50 ≈ .+, p99 ≈ .+, at most .+$/)
  await expect(page.getByTestId('latency-heat')).toBeVisible()
  await expect(page.getByRole('img', { name: /^Histogram of [\d,.kM]+ spans$/ })).toBeVisible()

  await test.step('rows sort by what their headers say', async () => {
    await page.getByTestId('latency-table').getByRole('button', { name: 'Spans' }).click()
    await expect(page.getByRole('columnheader', { name: 'Spans' })).toHaveAttribute('aria-sort', 'descending')
    const counts = await Promise.all((await rows.all()).slice(0, 5).map((row) => numberIn(row.locator('td').nth(2))))
    expect(counts).toEqual([...counts].sort((a, b) => b - a))
  })

  await test.step('a row opens to its whole histogram', async () => {
    await rows
      .first()
      .getByRole('button', { name: /^Histogram of/ })
      .click()
    await expect(page.getByTestId('latency-details').getByRole('table', { name: 'Latency histogram' })).toBeVisible()
  })

  await test.step('part of the time has part of the spans', async () => {
    const whole = await numberIn(total)
    await selectTime(page.getByTestId('latency-heat'), 2, 1)
    await expect(selectedWindow(page)).toBeVisible()
    await expect.poll(() => numberIn(total)).toBeLessThan(whole)
    await page.getByTestId('latency-heat').press('Escape')
    await expect(selectedWindow(page)).toHaveCount(0)
    await expect.poll(() => numberIn(total)).toBe(whole)
  })
  await expectAccessibleAtRest(page)
  await takeScreenshots(page, 'result-latency', () => expect(rows.first()).toBeVisible())
})

test('events: rows as they happen, held, filtered, sorted', async ({ page }) => {
  await startCapture(page, { recipe: 'file-opens', seconds: 14 })
  const rows = page.getByTestId('event-row')
  const total = page.getByTestId('events-total')

  await test.step('they come in while it runs, and stand still when asked to', async () => {
    await expect(rows.first()).toBeVisible({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Hold' }).click()
    const held = await total.textContent()
    await expectCapture(page, 'done', 60_000)
    await expect(total).toHaveText(held ?? '')
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(total).not.toHaveText(held ?? '')
  })

  await test.step('newest first, or the longest', async () => {
    const times = await Promise.all((await rows.all()).slice(0, 10).map((row) => numberIn(row.getByRole('cell').first())))
    expect(times).toEqual([...times].sort((a, b) => b - a))
    await page.getByRole('columnheader', { name: 'duration' }).getByRole('button').click()
    await expect(page.getByRole('columnheader', { name: 'duration' })).toHaveAttribute('aria-sort', 'descending')
    await expect(page).toHaveURL(/eventSort=duration/)
  })

  await test.step('words find rows; none found says so and leads back', async () => {
    const find = page.getByLabel('Filter the events')
    await find.fill('/proc')
    await expect(total).toHaveText(/ of /)
    for (const row of (await rows.all()).slice(0, 10)) await expect(row).toContainText('/proc')
    await find.fill('no file has this name')
    await expect(page.getByText('No events that match')).toBeVisible()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expect(rows.first()).toBeVisible()
  })
  await expectAccessibleAtRest(page)
  await takeScreenshots(page, 'result-events', () => expect(rows.first()).toBeVisible())
})

test('counters: each over time, with units', async ({ page }) => {
  await startCapture(page, { recipe: 'software-counters', seconds: 5 })
  await expectCapture(page, 'done', 60_000)
  const row = (name: string) => page.getByTestId('counter-row').filter({ hasText: name })
  await expect(row('task-clock')).toContainText('CPUs')
  expect(await numberIn(row('context-switches').locator('td').nth(1))).toBeGreaterThan(10)
  await row('page-faults')
    .getByRole('button', { name: /show over time/ })
    .click()
  await expect(page.getByRole('application', { name: /^page-faults over time/ })).toBeVisible()
  await expectAccessibleAtRest(page)
  await takeScreenshots(page, 'result-counters', () => expect(row('page-faults')).toBeVisible())
})

test('three results in one layout: one process, one time; tabs on a phone', async ({ page }) => {
  const reader = startReader()
  const { pid } = reader
  const [openat, offcpu] = [specOfRecipe('file-opens'), specOfRecipe('off-cpu')]
  await startSpec(page, {
    version: 2,
    recipe: null,
    durationMs: 6_000,
    instruments: [...offcpu.instruments, ...openat.instruments, { collector: 'syscalls' }],
  })
  await expectCapture(page, 'done', 60_000)
  reader.stop()
  const panes = ['offcpu-pane', 'events-pane', 'syscall-pane'].map((id) => page.getByTestId(id))
  for (const pane of panes) await expect(pane).toBeVisible()
  await expect(page.getByTestId('spec-summary')).toContainText('every system call')
  const waits = page.getByTestId('offcpu-pane').getByTestId('sample-count')
  const [allWaits, allCalls] = [await waits.textContent(), await page.getByTestId('syscall-count').textContent()]

  await test.step('a process picked in one pane narrows all', async () => {
    await page.getByLabel('Filter the events').fill(`${pid}`)
    await page
      .getByTestId('event-row')
      .filter({ hasText: `${pid}` })
      .first()
      .getByRole('button', { name: /show only this process/ })
      .click()
    await page.getByLabel('Filter the events').fill('')
    await expect(selectedProcess(page)).toContainText(`${pid}`)
    await expect(page.getByTestId('syscall-count')).not.toHaveText(allCalls ?? '')
    await expect(waits).not.toHaveText(allWaits ?? '')
    for (const id of ['syscall-row', 'event-row']) {
      await expect(page.getByTestId(id).first()).toContainText(`${pid}`)
      await expect(page.getByTestId(id).filter({ hasNotText: `${pid}` })).toHaveCount(0)
    }
    await page.getByLabel('Show all processes', { exact: true }).click()
    await expect(waits).toHaveText(allWaits ?? '')
  })

  await test.step('a time picked in one pane narrows all; system calls by whole snapshots', async () => {
    const whole = await waits.textContent()
    await selectTime(page.getByTestId('events-chart'), 10, 20)
    await expect(selectedWindow(page)).toBeVisible()
    await expect(waits).not.toHaveText(whole ?? '')
    await expect(page.getByTestId('syscall-bounds')).toContainText('whole snapshots')
  })
  await expectAccessibleAtRest(page)

  await test.step('on a phone: one at a time', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await expect(page.getByRole('tab')).toHaveText(['Off-CPU', 'Events', 'Syscalls'])
    await page.getByRole('tab', { name: 'Syscalls' }).click()
    await expect(page.getByTestId('syscall-pane')).toBeVisible()
    await expect(page.getByTestId('offcpu-pane')).toHaveCount(0)
    await expect(page).toHaveURL(/pane=syscalls/)
    await expectAccessibleAtRest(page)
    await page.setViewportSize({ width: 1440, height: 900 })
  })
})
