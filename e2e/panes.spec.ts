import type { Locator, Page } from '@playwright/test'
import { encodeProfile, syntheticProfile } from '@sonde/profile'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessibleAtRest, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

const pane = (page: Page, name: 'flame' | 'heat' | 'syscall') => page.getByTestId(`${name}-pane`)
const heatMap = (page: Page) => page.getByTestId('heat-map')
const heatTotal = (page: Page) => page.getByTestId('heat-total')
const selectedWindow = (page: Page) => page.getByTestId('selected-window')

/** Opens the menu of a pane's title by the keyboard. */
async function openMenu(page: Page, name: string): Promise<void> {
  await page.getByTestId(`pane-menu-${name}`).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu')).toBeVisible()
}

/** The samples that a line begins with: "848 samples = 8.57 s of CPU time". */
async function samplesIn(locator: Locator): Promise<number> {
  return Number(/^([\d,]+) samples?/.exec((await locator.textContent()) ?? '')?.[1]?.replaceAll(',', ''))
}

/** The flame graph and the heat map count the same samples, and how many. */
async function expectSameSamples(page: Page): Promise<number> {
  const flame = pane(page, 'flame').getByTestId('sample-count')
  await expect
    .poll(async () => (await samplesIn(flame)) - (await samplesIn(heatTotal(page))), { message: 'flame graph − heat map' })
    .toBe(0)
  return samplesIn(heatTotal(page))
}

/** Presses, moves and lets go: from one place of the map's cells to another, in shares of it from the left and from the bottom. */
async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const box = await heatMap(page).boundingBox()
  if (!box) throw new Error('the heat map is not on the page')
  const at = ([x, y]: readonly [number, number]) => [box.x + 56 + x * (box.width - 66), box.y + 8 + (1 - y) * (box.height - 28)] as const
  await page.mouse.move(...at(from))
  await page.mouse.down()
  await page.mouse.move(...at(to), { steps: 5 })
  await page.mouse.up()
}

test('panes are chosen from their titles, stand in the link, and are accessible one and all', async ({ page }) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout })
  await expectCapture(page, 'done', 60_000)
  for (const name of ['flame', 'syscall'] as const) await expect(pane(page, name)).toBeVisible()
  await expect(pane(page, 'heat')).toHaveCount(0)
  const plain = page.url()

  await test.step('another pane in the place of one, by the keyboard', async () => {
    await openMenu(page, 'syscalls')
    await page.keyboard.type('Heat')
    await page.keyboard.press('Enter')
    await expect(pane(page, 'heat')).toBeVisible()
    await expect(pane(page, 'syscall')).toHaveCount(0)
    await expect(page).toHaveURL(/panes=flame,heat(&|$)/)
  })

  await test.step('a third one beside it; the link brings all of them back, where they were', async () => {
    await openMenu(page, 'heat')
    await page.getByRole('menuitem', { name: 'Add a pane beside it' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('menuitem', { name: 'Syscalls', exact: true }).press('Enter')
    await expect(page).toHaveURL(/panes=flame,heat,syscalls(&|$)/)
    await expect(page.getByTestId('syscall-row').first()).toBeVisible()
    await page.reload()
    const boxes = await Promise.all((['flame', 'heat', 'syscall'] as const).map((name) => pane(page, name).boundingBox()))
    const [flame, heat, syscalls] = boxes
    expect(flame && heat && flame.x + flame.width <= heat.x, 'the flame graph is left of the heat map').toBe(true)
    expect(heat && syscalls && heat.y + heat.height <= syscalls.y, 'the syscalls are below the heat map').toBe(true)
    await openMenu(page, 'flame')
    await expect(page.getByRole('menuitem', { name: 'Add a pane beside it' })).toBeDisabled()
    await page.keyboard.press('Escape')
  })
  await expectAccessibleAtRest(page)
  await test.step('in the dark as well; on paper one below another, without what one would click', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(page.locator('html')).toHaveClass(/dark/)
    await expectAccessibleAtRest(page)
    await page.emulateMedia({ colorScheme: 'light', media: 'print' })
    const [flame, heat, syscalls] = await Promise.all((['flame', 'heat', 'syscall'] as const).map((name) => pane(page, name).boundingBox()))
    expect(flame && heat && syscalls && flame.y + flame.height <= heat.y && heat.y + heat.height <= syscalls.y, 'one below another').toBe(
      true,
    )
    for (const name of ['Copy link to this view', 'Layout']) await expect(page.getByLabel(name).first()).toBeHidden()
    await page.emulateMedia({ media: 'screen' })
  })
  // On a phone they are tabs, of which the first is open.
  await takeScreenshots(page, 'panes', () => expect(pane(page, 'flame')).toBeVisible())

  await test.step('two change places; one alone; back is back', async () => {
    await openMenu(page, 'flame')
    await page.getByRole('menuitemradio', { name: 'Syscalls swap' }).press('Enter')
    await expect(page).toHaveURL(/panes=syscalls,heat,flame(&|$)/)
    await openMenu(page, 'heat')
    await page.getByRole('menuitem', { name: 'Show only this pane' }).press('Enter')
    await expect(page).toHaveURL(/panes=heat(&|$)/)
    await expect(pane(page, 'flame')).toHaveCount(0)
    await page.goBack()
    for (const name of ['flame', 'heat', 'syscall'] as const) await expect(pane(page, name)).toBeVisible()
  })

  await test.step('each of them alone is accessible', async () => {
    await openMenu(page, 'heat')
    const titles = await page.getByRole('menuitemradio').allTextContents()
    await page.keyboard.press('Escape')
    expect(titles.length).toBeGreaterThanOrEqual(3)
    for (const [i, title] of titles.entries()) {
      await page.goto(`${plain}?panes=heat`)
      await openMenu(page, 'heat')
      await page.getByRole('menuitemradio').nth(i).press('Enter')
      await expect(page.getByTestId(/^pane-menu-/)).toHaveText(`${title.replace(/swap$/, '')}, choose panes`)
      await expectAccessibleAtRest(page)
    }
  })

  await test.step('a link with names that nobody knows shows what the capture recorded', async () => {
    await page.goto(`${plain}?panes=nothing,latency,%00`)
    for (const name of ['flame', 'syscall'] as const) await expect(pane(page, name)).toBeVisible()
  })
})

test('the heat map: a stretch of time is picked, and the other panes follow', async ({ page }) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout })
  await expectCapture(page, 'done', 60_000)
  await page.goto(`${page.url()}?panes=heat,flame,syscalls`)
  const whole = await expectSameSamples(page)
  expect(whole).toBeGreaterThan(100)
  const rows = await page.getByTestId('syscall-count').textContent()

  await test.step('by the keyboard: from a cell to one two columns on', async () => {
    await heatMap(page).focus()
    await heatMap(page).press('Home')
    await heatMap(page).press('ArrowRight')
    await heatMap(page).press('ArrowUp')
    await expect(heatMap(page).getByRole('status')).toHaveText(/^1\.02–1\.04\ss: \d+ samples?$/)
    await heatMap(page).press('Shift+ArrowRight')
    await heatMap(page).press('Shift+ArrowRight')
    await expect(selectedWindow(page)).toHaveText('only 1.02–3.04 s')
    await expect(heatTotal(page)).toContainText('in this time')
    const part = await expectSameSamples(page)
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThan(whole)
  })

  await test.step('the link brings it back', async () => {
    const shown = await heatTotal(page).textContent()
    await page.reload()
    await expect(heatTotal(page)).toHaveText(shown ?? '')
    await expectSameSamples(page)
  })

  await test.step('by a drag, and by two clicks', async () => {
    await drag(page, [0.3, 0.2], [0.6, 0.8])
    await expect(selectedWindow(page)).not.toHaveText('only 1.02–3.04 s')
    const dragged = await selectedWindow(page).textContent()
    await expectSameSamples(page)
    await drag(page, [0.1, 0.5], [0.1, 0.5])
    await expect(selectedWindow(page)).toHaveText(dragged ?? '')
    await drag(page, [0.5, 0.5], [0.5, 0.5])
    await expect(selectedWindow(page)).not.toHaveText(dragged ?? '')
    expect(await expectSameSamples(page)).toBeLessThan(whole)
  })

  await test.step('the syscalls follow, or say that they cannot', async () => {
    const text = await page.getByTestId('syscall-pane').textContent()
    if (!/of the whole time/.test(text ?? '')) await expect(page.getByTestId('syscall-count')).not.toHaveText(rows ?? '')
  })

  await test.step('Escape shows all again', async () => {
    await heatMap(page).focus()
    await heatMap(page).press('Escape')
    await expect(selectedWindow(page)).toHaveCount(0)
    expect(await expectSameSamples(page)).toBe(whole)
  })

  await test.step('the same as a table', async () => {
    await page.getByRole('radio', { name: 'As a table' }).click()
    await page
      .getByTestId('heat-row')
      .filter({ hasText: /^2–3/ })
      .getByRole('button', { name: /show only this time/ })
      .click()
    await expect(selectedWindow(page)).toHaveText('only 2–3 s')
    const cell = page.getByTestId('heat-row').filter({ hasText: /^2–3/ }).getByRole('cell').nth(1)
    await expect(cell).toHaveText(String(await expectSameSamples(page)))
    await expectAccessibleAtRest(page)
  })
})

/** Imports a file as a choice in the browser's dialog would, and shows these panes of it. */
async function importFile(page: Page, name: string, content: string | Uint8Array, query: string): Promise<void> {
  await page.goto('/captures')
  await page
    .getByTestId('import-input')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content as string) })
  await page.waitForURL(/\/captures\/(?!new)[^/]+$/)
  await expectCapture(page, 'done')
  await page.goto(`${page.url()}?${query}`)
}

test('heat maps of files: idle samples are left out and told, hosts have maps of their own, what has no times says so', async ({
  page,
}) => {
  await test.step('idle samples', async () => {
    const sample = (comm: string, pid: number, second: number, frame: string) =>
      `${comm} ${pid} [000] ${second.toFixed(6)}: 10101010 cpu-clock:\n\t1000 ${frame}+0x10 ([kernel.kallsyms])\n\n`
    const busy = Array.from({ length: 100 }, (_, i) => sample('worker', 4242, 100 + i * 0.02, 'hot_loop'))
    const idle = Array.from({ length: 10 }, (_, i) => sample('swapper', 0, 100.01 + i * 0.2, 'cpuidle_idle_call'))
    await importFile(page, 'idle.txt', [...busy, ...idle].join(''), 'panes=heat,flame')
    await expect(heatTotal(page)).toHaveText(/^100 samples over/)
    await expect(page.getByTestId('heat-idle')).toHaveText('without 10 idle')
    await page.getByRole('button', { name: 'Show idle' }).click()
    await expect(heatTotal(page)).toHaveText(/^110 samples over/)
    await expectSameSamples(page)
  })

  await test.step('hosts', async () => {
    const profile = syntheticProfile({ samples: 3_000, nodes: 300, hosts: 3 })
    await importFile(page, 'fleet.sonde', encodeProfile(profile), 'panes=heat,flame')
    await expect(heatMap(page)).toHaveCount(1)
    await page.getByRole('radio', { name: 'each host' }).click()
    const hosts = page.getByTestId('heat-host')
    await expect(hosts).toHaveCount(3)
    const counts = (await hosts.allTextContents()).map((text) => Number(/([\d,]+) samples/.exec(text)?.[1]?.replaceAll(',', '')))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3_000)
    await expectAccessibleAtRest(page)
    await hosts
      .nth(1)
      .getByRole('button', { name: /show only this host/ })
      .click()
    await expect(heatMap(page)).toHaveCount(1)
    await expect(heatTotal(page)).toHaveText(new RegExp(`^${counts[1]?.toLocaleString('en-GB')} samples`))
    await expectSameSamples(page)
  })

  await test.step('no times', async () => {
    await importFile(page, 'stacks.folded', 'main;serve;parse 120\nmain;serve;render 340\n', 'panes=heat,flame,functions&window=1000-2000')
    await expect(page.getByRole('heading', { name: 'These samples carry no times' })).toBeVisible()
    await expect(page.getByTestId('untimed-note')).toHaveCount(2)
    await expect(pane(page, 'flame').getByTestId('sample-count')).toHaveText('460 events')
    await expectAccessibleAtRest(page)
  })
})
