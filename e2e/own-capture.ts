import { expect, type Locator, type Page } from '@playwright/test'
import { expectCapture } from './capture-page.ts'

/** The page's own finder; a card has another one while its probe is being changed. */
export const finder = (page: Page): Locator => page.getByRole('combobox', { name: 'Find a probe', exact: true })
export const hits = (page: Page): Locator => page.getByTestId('probe-hit')
export const card = (page: Page, collector: string): Locator => page.getByTestId(`instrument-${collector}`)

/** Opens the form where probes and collectors are put together by hand, with this machine picked. */
export async function openBuilder(page: Page): Promise<void> {
  await page.goto('/captures/new')
  await expect(page.getByTestId('picked-hosts')).toHaveText('1 host, 1 online')
  await page.getByRole('radio', { name: 'Build your own' }).click()
}

/** Chooses a binary by its path, for user functions or USDT probes. */
export async function lookInside(page: Page, kind: 'User functions' | 'USDT', binary: string): Promise<void> {
  await page.getByRole('radio', { name: kind, exact: true }).click()
  await page.getByRole('radio', { name: 'Program or library by path' }).click()
  await page.getByLabel('Absolute path').fill(binary)
  await page.getByRole('button', { name: 'Look inside' }).click()
  await expect(page.getByTestId('chosen-binary')).toContainText(binary)
}

/** Types into the finder and makes the hit of exactly this name the active one, by the keyboard. */
export async function activate(page: Page, text: string, name: string): Promise<void> {
  await finder(page).fill(text)
  const wanted = hits(page).filter({ has: page.getByTitle(name, { exact: true }) })
  await expect(wanted).toBeVisible()
  for (let presses = 0; presses < 50 && (await wanted.getAttribute('aria-selected')) !== 'true'; presses++)
    await finder(page).press('ArrowDown')
  await expect(wanted).toHaveAttribute('aria-selected', 'true')
}

/** Records one process alone, picked from the live list. */
export async function onlyProcess(page: Page, pid: number): Promise<void> {
  await page.getByRole('radio', { name: 'One process' }).click()
  await page.getByLabel('Search processes').fill(String(pid))
  await page.getByRole('option', { name: new RegExp(`Record process ${pid}\\b`) }).click()
}

/** Asks what it would cost, and waits for the host's answer. */
export async function askForecast(page: Page): Promise<Locator> {
  await page.getByTestId('ask-forecast').click()
  const answer = page.getByTestId('host-forecast')
  await expect(answer).toHaveCount(1)
  return answer
}

/** Starts what the form says, and waits for its end. Ends on the capture's page. */
export async function runToEnd(page: Page, seconds: number): Promise<void> {
  await page.getByLabel('Duration', { exact: true }).fill(String(seconds))
  await page.getByTestId('start-capture').click()
  await page.waitForURL(/\/captures\/(?!new)[^/]+$/)
  await expectCapture(page, 'done', 60_000)
}
