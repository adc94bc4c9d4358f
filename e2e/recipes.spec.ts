import { RECIPE_LIST } from '@sonde/contract'
import { expectCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'

test('a recipe is found by the tool that people know, explained, and used', async ({ page }) => {
  await page.goto('/hosts')
  // What the page asked for itself is there: from then on it hears keys.
  await expect(page.getByRole('status').filter({ hasText: 'online' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.waitForURL('**/recipes')
  await expect(page.getByRole('status').filter({ hasText: `${RECIPE_LIST.length} recipes` })).toBeVisible()
  await expectAccessible(page)
  await takeScreenshots(page, 'recipes', () => expect(page.getByTestId('recipe-disk-latency')).toBeVisible())

  await page.getByLabel('Search recipes').fill('biolatency')
  await expect(page.getByRole('listitem').filter({ hasText: 'Use' })).toHaveCount(1)
  await page.getByRole('link', { name: 'Disk latency', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Disk latency', level: 1 })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Fields' })).toContainText('p50, p99')
  await expect(page.getByRole('table', { name: 'Hosts' })).toContainText('e2e-host')
  await expectAccessible(page)
  await takeScreenshots(page, 'recipe', () => expect(page.getByRole('table', { name: 'Hosts' })).toBeVisible())

  await page.getByRole('link', { name: 'Use' }).click()
  await page.waitForURL(/\/captures\/new\?.*recipe=disk-latency\b/)
  await expect(page.getByRole('radio', { name: 'Disk latency', exact: true })).toBeChecked()
  await expect(page.getByTestId('start-note')).toContainText('Disk latency of 1 host')
})

test('the palette leads to a recipe', async ({ page }) => {
  await page.goto('/hosts')
  await page.getByTestId('open-palette').click()
  await page.getByPlaceholder(/recipe/).fill('offcputime')
  // Captures that were made with it have its name too.
  await page
    .getByRole('group', { name: 'Recipes' })
    .getByRole('option', { name: /^Off-CPU time/ })
    .first()
    .click()
  // The form puts the host that it picked by itself into its address, before the recipe.
  await page.waitForURL(/\/captures\/new\?.*recipe=off-cpu\b/)
  await page.goto('/recipes/no-such-recipe')
  await expect(page.getByText('There is no such recipe')).toBeVisible()
})

test('a capture by the keyboard alone', async ({ page }) => {
  await page.goto('/captures/new')
  await expect(page.getByTestId('picked-hosts')).toHaveText('1 host, 1 online')
  await page.keyboard.press('/')
  await expect(page.getByLabel('Search recipes')).toBeFocused()
  await page.keyboard.type('profile where does')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: 'CPU profile', exact: true })).toBeFocused()
  await expect(page.getByRole('radio', { name: 'CPU profile', exact: true })).toBeChecked()
  await page.getByLabel('Duration', { exact: true }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('2')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/captures\/(?!new)[^/]+$/)
  await expectCapture(page, 'done', 60_000)
})

test('the form fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of ['/captures/new', '/captures/new?own=2.W10', '/recipes', '/recipes/ipc']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(page)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(wider, `${path} is wider than the screen by`).toBe(0)
  }
})
