import { type ChildProcess, spawn } from 'node:child_process'
import type { Locator, Page } from '@playwright/test'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { onlyProcess, runToEnd } from './own-capture.ts'

/** Opens a file that is there, and one that is not, many times, and rests between: time on the CPU inside openat, and ENOENT. */
const WORK = `const fs = require('node:fs')
setInterval(() => {
  for (let i = 0; i < 300; i++) {
    fs.closeSync(fs.openSync('/etc/hostname'))
    try { fs.openSync('/there-is-no-such-file') } catch {}
  }
}, 10)`

const children = new Set<ChildProcess>()
test.afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})
function startOpener(): number {
  const child = spawn(process.execPath, ['-e', WORK], { stdio: 'ignore' })
  children.add(child)
  return child.pid ?? 0
}

const rowOf = (page: Page, syscall: string): Locator =>
  page.getByTestId('syscall-row').filter({ has: page.getByText(syscall, { exact: true }) })
const count = (page: Page): Locator => page.getByTestId('syscall-count')
/** The number of calls in the foot of the pane. */
async function calls(page: Page): Promise<number> {
  const [, digits = '', suffix = ''] = /([\d,.]+)([kM]?)/.exec((await count(page).textContent()) ?? '') ?? []
  return Number(digits.replaceAll(',', '')) * ({ k: 1e3, M: 1e6 }[suffix] ?? 1)
}

test('system calls: over time, as histograms, by errno, and the stacks that issue them', async ({ page }) => {
  const pid = startOpener()
  await startCapture(page, { recipe: 'cpu-and-syscalls', seconds: 10, pid })
  const chart = page.getByTestId('syscall-chart')

  await test.step('lines come in while it runs', async () => {
    await expect(chart).toBeVisible({ timeout: 30_000 })
    await expect(page.getByTestId('capture-state')).toHaveAttribute('data-state', 'running')
    await expect(page.getByRole('list', { name: 'Lines of the chart' })).toContainText('openat')
  })
  await expectCapture(page, 'done', 60_000)
  const whole = await calls(page)
  expect(whole).toBeGreaterThan(10_000)

  await test.step('a stretch of time by the keyboard: whole snapshots, and less in them', async () => {
    await chart.focus()
    await chart.press('Home')
    await chart.press('ArrowRight')
    await chart.press('Shift+ArrowRight')
    await expect(page.getByTestId('selected-window')).toHaveText('only 2–6 s')
    await expect(page.getByTestId('syscall-bounds')).toHaveText(/^of [\d.]+–[\d.]+\ss, whole snapshots$/)
    await expect(count(page)).toContainText(/over (3\.\d|4|4\.\d)\ss/)
    const some = await calls(page)
    expect(some).toBeGreaterThan(whole / 10)
    expect(some).toBeLessThan(whole * 0.7)
  })

  await test.step('histograms on one axis, each with its percentiles', async () => {
    await page.getByRole('radio', { name: 'Histograms' }).click()
    const openat = page.getByTestId('syscall-histogram').filter({ has: page.getByRole('button', { name: 'openat', exact: true }) })
    await expect(openat).toContainText(/p50 ≈ .*, p99 ≈ .*, max/)
    await expect(openat).toContainText('failed (50.0 %)')
    await expectAccessible(page)
  })

  await test.step('who gets the link sees the same', async () => {
    const seen = await count(page).textContent()
    await page.goto(page.url())
    await expect(page.getByTestId('syscall-histograms')).toBeVisible()
    await expect(page.getByTestId('syscall-bounds')).toBeVisible()
    await expect(count(page)).toHaveText(seen ?? '')
    await expect(page.getByRole('radio', { name: 'Histograms' })).toHaveAttribute('aria-checked', 'true')
  })

  await test.step('errors by errno, in words; one of them filters', async () => {
    await page.getByRole('radio', { name: 'Errors by errno' }).click()
    const missing = page.getByTestId('errno-row').filter({ hasText: 'ENOENT' })
    await expect(missing).toContainText('no such file or directory')
    await expect(missing).toContainText('openat')
    await expect(missing).toContainText(`${pid}`)
    await expect(missing.getByRole('img', { name: 'ENOENT over time' })).toBeVisible()
    await expectAccessible(page)
    await missing.getByRole('button', { name: 'ENOENT' }).click()
    await expect(page.getByLabel('Filter the syscall table')).toHaveValue('ENOENT')
    await expect(page.getByTestId('errno-row')).toHaveCount(1)
    await page.getByRole('radio', { name: 'Failed calls per second' }).click()
    await expect(page.getByRole('list', { name: 'Lines of the chart' })).toHaveText('openat')
  })

  await test.step('a row says how it went over time, and leads into the flame graph', async () => {
    await page.getByRole('radio', { name: 'Table', exact: true }).click()
    await rowOf(page, 'openat')
      .getByRole('button', { name: /^Details of openat/ })
      .click()
    const details = page.getByTestId('syscall-details')
    await expect(details.getByTestId('syscall-over-time')).toContainText('errors/s')
    await expect(details.getByTestId('stacks-under')).toContainText(/^[1-9][\d,]* of [\d,]+ samples of this process .*taken on the CPU/)
    await expectAccessible(page)
    await details.getByRole('button', { name: 'Show them in the flame graph' }).click()
    await expect(page.getByTestId('flame-matches')).toContainText('%')
    await expect(page.getByTestId('flame-matches')).not.toHaveText(/^0\s%/)
    await expect(page.getByTestId('selected-process')).toContainText(`${pid}`)
  })

  await test.step('exact stacks: a new capture, filled in', async () => {
    await page.getByTestId('syscall-details').getByRole('link', { name: 'Capture its exact stacks' }).click()
    await page.waitForURL(/\/captures\/new\?/)
    await expect(page.getByTestId('instrument-stacks')).toContainText('sys_enter_openat')
  })
})

test('files and addresses: asked for in the form, ranked on the page', async ({ page }) => {
  const pid = startOpener()
  await page.goto(`/captures/new?own=2.${Buffer.from('[{"collector":"syscalls"}]').toString('base64url')}`)
  await expect(page.getByTestId('picked-hosts')).toHaveText('1 host, 1 online')
  await page.getByLabel('Also which files and addresses').check()
  await onlyProcess(page, pid)
  await runToEnd(page, 4)
  await expect(page.getByText('with files and addresses').first()).toBeVisible()

  await test.step('ranked, of this process', async () => {
    await page.getByRole('radio', { name: 'Files and addresses' }).click()
    const missing = page.getByTestId('object-row').filter({ hasText: '/there-is-no-such-file' })
    await expect(missing).toContainText('openat')
    await expect(missing).toContainText(`${pid}`)
    await page.getByRole('radio', { name: 'errors', exact: true }).click()
    await expect(page.getByTestId('object-row').first()).toContainText('/there-is-no-such-file')
    await expectAccessible(page)
  })

  await test.step('who gets the link sees the same; a row of the table names its own', async () => {
    await page.goto(page.url())
    await expect(page.getByTestId('object-row').first()).toContainText('/there-is-no-such-file')
    await page.getByRole('radio', { name: 'Table', exact: true }).click()
    await rowOf(page, 'openat')
      .getByRole('button', { name: /^Details of openat/ })
      .click()
    await expect(page.getByTestId('top-objects')).toContainText('/etc/hostname')
    await expect(page.getByTestId('syscall-stacks')).toContainText('This capture recorded no stacks.')
  })
})
