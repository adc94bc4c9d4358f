import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { parseProcessCgroup } from '../packages/tracer/src/host/process-cgroups.ts'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

const graph = (page: Page) => page.getByRole('application', { name: 'Flame graph' })
const search = (page: Page) => page.getByLabel('Search the flame graph')
const matches = (page: Page) => page.getByTestId('flame-matches')
const chips = (page: Page) => page.getByTestId('transform-chip')
const samples = (page: Page) => page.getByTestId('sample-count')
const dropped = (page: Page) => page.getByTestId('dropped-by-transforms')
const arrange = (page: Page) => page.getByTestId('flame-view-menu')
/** What the picture shows around the focused frame, for who cannot see it. */
const mirror = (page: Page) => page.getByRole('table', { name: /^Frames around the focused frame/ })

const firstNumber = async (locator: Locator): Promise<number> =>
  Number(((await locator.textContent()) ?? '').match(/[\d,]+/)?.[0]?.replaceAll(',', ''))

/** Makes the heaviest frame of this name the focused one. */
async function goTo(page: Page, name: string): Promise<void> {
  await search(page).fill(name)
  await expect(matches(page)).toHaveText(/%/)
  await search(page).press('Enter')
  await expect(page.getByRole('status').filter({ hasText: new RegExp(`${name}.*depth`) })).toHaveCount(1)
}

test('transforms: focus, merge and collapse, undone, redone, and kept in the link', async ({ page }) => {
  const { checkout } = theStack().demo
  await startCapture(page, { seconds: 10, pid: checkout, title: 'Transforms' })
  await expectCapture(page, 'done', 60_000)
  const all = (await samples(page).textContent()) ?? ''
  const allSamples = await firstNumber(samples(page))
  expect(allSamples).toBeGreaterThan(50)

  await test.step('focus on a function: what does not call it is dropped, and counted', async () => {
    await goTo(page, 'publishWithRetry')
    await graph(page).press('F')
    await expect(chips(page)).toHaveCount(1)
    await expect(chips(page)).toContainText(/focus function.*publishWithRetry/)
    await expect(matches(page)).toHaveText(/^100\s%/)
    await expect(dropped(page)).toHaveText(/^[\d,]+ of [\d,]+ samples \(.*%\) dropped by transforms$/)
    expect((await firstNumber(samples(page))) + (await firstNumber(dropped(page)))).toBe(allSamples)
  })
  await takeScreenshots(page, 'transforms', () => expect(dropped(page)).toBeVisible())
  const focused = (await samples(page).textContent()) ?? ''

  await test.step('merge it away: its samples stay', async () => {
    await goTo(page, 'publishWithRetry')
    await graph(page).press('m')
    await expect(chips(page)).toHaveCount(2)
    // Node compiles a function several times, and each is one of its own.
    await expect(matches(page)).not.toHaveText(/^100\s%/)
    await expect(samples(page)).toHaveText(focused)
  })

  await test.step('undo and redo, by the keys and by the browser', async () => {
    await graph(page).press('Control+z')
    await expect(chips(page)).toHaveCount(1)
    await expect(matches(page)).toHaveText(/^100\s%/)
    await graph(page).press('Control+Shift+Z')
    await expect(chips(page)).toHaveCount(2)
    await expect(matches(page)).not.toHaveText(/^100\s%/)
    await page.goBack()
    await expect(chips(page)).toHaveCount(1)
    await page.goForward()
    await expect(chips(page)).toHaveCount(2)
    // In a text field the keys are the field's.
    await search(page).press('Control+z')
    await expect(chips(page)).toHaveCount(2)
  })

  await test.step('a reload brings all of it back', async () => {
    const shown = await chips(page).allTextContents()
    const matched = (await matches(page).textContent()) ?? ''
    await page.reload()
    await expect(samples(page)).toHaveText(focused)
    await expect(chips(page)).toHaveText(shown)
    await expect(matches(page)).toHaveText(matched)
  })

  await test.step('collapse a library, from the menu of a frame', async () => {
    await page.getByRole('button', { name: 'Remove all' }).click()
    await expect(samples(page)).toHaveText(all)
    await expect(dropped(page)).toHaveCount(0)
    await goTo(page, 'publishWithRetry')
    await graph(page).press('ArrowDown')
    // On down to a frame that has a library: code that node compiles has none.
    const entry = page.getByRole('menuitem', { name: /^Collapse .* to one frame/ })
    for (let step = 0; step < 12; step++) {
      await graph(page).press('Shift+F10')
      await expect(page.getByRole('menu', { name: 'Frame' })).toBeVisible()
      if (await entry.isVisible()) break
      await page.keyboard.press('Escape')
      await graph(page).press('ArrowDown')
    }
    const library = ((await entry.textContent()) ?? '').match(/^Collapse (.*) to one frame/)?.[1] ?? ''
    expect(library).not.toBe('')
    await entry.click()
    await expect(chips(page)).toContainText(library)
    await expect(samples(page)).toHaveText(all)
    await page.getByRole('button', { name: `Remove: collapse` }).click()
    await expect(chips(page)).toHaveCount(0)
    await page.getByRole('button', { name: 'Redo the transform' }).click()
    await expect(chips(page)).toContainText(library)
  })
  await search(page).fill('')
  await expectAccessible(page)

  await test.step('drop: what is left and what was dropped add up', async () => {
    await page.getByRole('button', { name: 'Undo the last transform' }).click()
    await goTo(page, 'publishWithRetry')
    await graph(page).press('d')
    await expect(dropped(page)).toBeVisible()
    expect((await firstNumber(samples(page))) + (await firstNumber(dropped(page)))).toBe(allSamples)
    await page.getByRole('button', { name: /^Remove: drop .*publishWithRetry/ }).click()
    await expect(samples(page)).toHaveText(all)
  })
})

test('the arrangement of frames: inverted, by time, by library; a damaged link says what it lost', async ({ page }) => {
  const { checkout } = theStack().demo
  await startCapture(page, { seconds: 6, pid: checkout })
  await expectCapture(page, 'done', 60_000)
  const all = (await samples(page).textContent()) ?? ''
  const path = new URL(page.url()).pathname

  await test.step('inverted: functions with their self weight, who calls them below', async () => {
    await arrange(page).click()
    await page.getByRole('menuitemcheckbox', { name: /inverted/ }).click()
    await expect(arrange(page)).toHaveText('by process, inverted')
    await expect(samples(page)).toHaveText(all)
    await page.keyboard.press('Escape')
    await graph(page).press('ArrowDown')
    await graph(page).press('ArrowDown')
    await graph(page).press('ArrowDown')
    await expect(mirror(page).getByRole('columnheader', { name: 'self' })).toHaveCount(0)
    await expect(
      mirror(page)
        .getByRole('cell', { name: /^callee, depth/ })
        .first(),
    ).toBeAttached()
    await graph(page).press('f')
    await expect(chips(page)).toContainText(/^callers of/)
    await expect(dropped(page)).toBeVisible()
    await graph(page).press('Control+z')
    await expect(samples(page)).toHaveText(all)
  })

  await test.step('by time: a flame chart, by thread', async () => {
    await arrange(page).click()
    await page.getByRole('menuitemcheckbox', { name: /inverted/ }).click()
    await arrange(page).click()
    await page.getByRole('menuitemradio', { name: /^by time/ }).click()
    await expect(arrange(page)).toHaveText('by thread, by time')
    await expect(samples(page)).toHaveText(all)
  })

  await test.step('by library', async () => {
    await page.goto(`${path}?v=1&group=module`)
    await expect(arrange(page)).toHaveText('by library')
    await expect(samples(page)).toHaveText(all)
    await expect(
      mirror(page)
        .getByRole('rowheader', { name: /node$|libc/ })
        .first(),
    ).toBeAttached()
  })

  await test.step('by cgroup: the one that the host says', async () => {
    const cgroup = parseProcessCgroup(await readFile(`/proc/${checkout}/cgroup`, 'utf8'))
    await page.goto(`${path}?v=1&group=cgroup`)
    await expect(arrange(page)).toHaveText('by cgroup')
    await expect(samples(page)).toHaveText(all)
    await expect(mirror(page).getByRole('rowheader', { name: cgroup, exact: true })).toBeAttached()
  })

  await test.step('what cannot be read or found in a link is said, and the rest is kept', async () => {
    await page.goto(`${path}?v=1&transforms=ff.nonsense~mf.00000000000000&order=size&search=node`)
    await expect(page.getByTestId('transform-bar')).toContainText('1 transform of this link cannot be read and is left out')
    await expect(chips(page)).toHaveText(/merge.*not found/)
    await expect(samples(page)).toHaveText(all)
    await expectAccessible(page)
  })
})
