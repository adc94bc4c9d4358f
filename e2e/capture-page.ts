import { expect, type Locator, type Page } from '@playwright/test'
import { type CaptureState, findRecipe, type RecipeId, type TargetState } from '@sonde/contract'

export type CaptureRequest = {
  seconds: number
  recipe?: RecipeId
  title?: string
  /** Picked from the host's live process list. */
  pid?: number
  /** Typed by hand, so that it may match nothing. */
  processName?: string
}

/** Fills in the form of a new capture and starts it. Ends on the capture's page. */
export async function startCapture(
  page: Page,
  { seconds, recipe = 'cpu-and-syscalls', title, pid, processName }: CaptureRequest,
): Promise<void> {
  await page.goto('/captures/new')
  await expect(page.getByTestId('picked-hosts')).toHaveText('1 host, 1 online')
  await page.getByRole('radio', { name: findRecipe(recipe)?.title ?? recipe, exact: true }).check()
  await page.getByLabel('Duration', { exact: true }).fill(String(seconds))
  if (title) await page.getByLabel('Title (optional)').fill(title)
  if (pid !== undefined) {
    await page.getByRole('radio', { name: 'One process' }).click()
    await page.getByLabel('Search processes').fill(String(pid))
    await page.getByRole('option', { name: new RegExp(`Record process ${pid}\\b`) }).click()
  }
  if (processName !== undefined) {
    await page.getByRole('radio', { name: 'By name' }).click()
    await page.getByLabel(/^Name \(comm/).fill(processName)
  }
  await page.getByTestId('start-capture').click()
  await page.waitForURL(/\/captures\/(?!new)[^/]+$/)
}

/** The only host's tile. */
export const target = (page: Page): Locator => page.getByTestId('target')

export async function expectTarget(page: Page, state: TargetState, timeoutMs = 30_000): Promise<void> {
  await expect(target(page)).toHaveAttribute('data-state', state, { timeout: timeoutMs })
}

export async function expectCapture(page: Page, state: CaptureState, timeoutMs = 30_000): Promise<void> {
  await expect(page.getByTestId('capture-state')).toHaveAttribute('data-state', state, { timeout: timeoutMs })
}
