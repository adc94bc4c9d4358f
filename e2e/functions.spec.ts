import { gzipSync } from 'node:zlib'
import type { Locator, Page } from '@playwright/test'
import { encodeProfile, FRAME_KIND, ProfileBuilder, syntheticProfile } from '@sonde/profile'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

const pane = (page: Page) => page.getByTestId('functions-pane')
const grid = (page: Page) => page.getByRole('grid', { name: 'Functions' })
const rows = (page: Page) => page.getByTestId('function-row')
const count = (page: Page) => page.getByTestId('functions-count')
const search = (page: Page) => page.getByLabel('Search the table of functions')
const details = (page: Page) => page.getByTestId('function-details')
const centre = (page: Page) => page.getByTestId('sandwich-centre')
const graph = (page: Page) => page.getByRole('application', { name: 'Flame graph' })
const head = (page: Page, name: RegExp) => grid(page).getByRole('columnheader', { name })
const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? ''

/** A part of the text, by the group of a pattern. */
async function partOf(locator: Locator, pattern: RegExp): Promise<string> {
  await expect(locator).toHaveText(pattern)
  return pattern.exec(await textOf(locator))?.[1] ?? ''
}

/** The weights of a column, as far as rows are drawn. */
async function weightsOf(page: Page, column: number): Promise<number[]> {
  const cells = await Promise.all(
    (await rows(page).all()).map((row) => textOf(row.getByRole('gridcell').nth(column).locator('span > span').first())),
  )
  return cells.map((text) => Number.parseFloat(text.replaceAll(',', '')))
}

/** Steps down a graph with the keyboard to the first frame that is not this one; its name, as the tip says it. */
async function stepDownFrom(page: Page, of: Locator, name: string): Promise<string> {
  await of.focus()
  const shown = page.getByRole('tooltip').locator('.sf-name')
  for (let steps = 0; steps < 4; steps++) {
    await of.press('ArrowDown')
    await expect(shown).toBeVisible()
    if (!(await textOf(shown)).includes(name)) break
  }
  await expect(shown).not.toContainText(name)
  return textOf(shown)
}

const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6 }

/** Opens the page of the capture that is shown with other panes. */
async function openPanes(page: Page, query: string): Promise<void> {
  await page.goto(`${new URL(page.url()).pathname}?v=1&${query}`)
}

test('functions of a real capture: the same figures as the flame graph, sorted, searched, between callers and callees', async ({
  page,
}) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout })
  await expectCapture(page, 'done', 60_000)
  await openPanes(page, 'panes=flame,functions&group=merged')
  await expect(count(page)).toHaveText(/^[\d,]+ functions · [\d,.k]+ samples = .+ of CPU time/)

  await test.step('sorted by self at first, by any column on request', async () => {
    await expect(head(page, /^Self/)).toHaveAttribute('aria-sort', 'descending')
    expect(await weightsOf(page, 1)).toEqual((await weightsOf(page, 1)).sort((a, b) => b - a))
    await head(page, /^Total/)
      .getByRole('button')
      .click()
    await expect(head(page, /^Total/)).toHaveAttribute('aria-sort', 'descending')
    await expect(head(page, /^Self/)).toHaveAttribute('aria-sort', 'none')
    await expect.poll(() => weightsOf(page, 2)).toEqual((await weightsOf(page, 2)).sort((a, b) => b - a))
    await head(page, /^Total/)
      .getByRole('button')
      .click()
    await expect(head(page, /^Total/)).toHaveAttribute('aria-sort', 'ascending')
    await expect.poll(async () => (await weightsOf(page, 2)).at(0)).toBe(1)
    await head(page, /^Total/)
      .getByRole('button')
      .click()
  })

  await test.step('self and total are those of the frame, where a function is a single frame', async () => {
    let compared = 0
    for (let row = 0; row < 8 && compared < 2; row++) {
      await page.getByLabel('Search the flame graph').fill('')
      await expect(rows(page).nth(row)).toBeVisible()
      await rows(page).nth(row).click()
      const said = {
        self: await partOf(details(page), /self([\d,]+ samples?, [<>\d. ]+ %)/),
        total: await partOf(details(page), /total([\d,]+ samples?, [<>\d. ]+ %)/),
      }
      await details(page).getByRole('button', { name: 'Find in the flame graph' }).click()
      await expect(rows(page).first()).toHaveAttribute('aria-selected', 'true')
      const frames = await partOf(page.getByTestId('flame-matches'), /in ([\d,]+) frames?/)
      if (frames === '1') {
        await graph(page).focus()
        await graph(page).press('n')
        const tip = page.getByRole('tooltip')
        await expect(tip).toBeVisible()
        const lines = Object.fromEntries(
          await Promise.all(
            (await tip.locator('dl > div').all()).map(async (line) => [
              await textOf(line.locator('dt')),
              (await line.locator('dd').allTextContents()).join(', '),
            ]),
          ),
        )
        expect({ self: lines.self, total: lines.total }).toEqual(said)
        await graph(page).blur()
        compared++
      }
      await page.keyboard.press('Escape')
    }
    expect(compared, 'functions that are one frame').toBeGreaterThan(0)
  })

  await test.step('the search is the flame graph’s, and leaves matching functions', async () => {
    const all = await partOf(count(page), /^[\d,]+ of ([\d,]+) functions/)
    await search(page).fill('publishWith')
    await expect(page.getByLabel('Search the flame graph')).toHaveValue('publishWith')
    await expect(page.getByRole('button', { name: 'Regular expression' }).first()).toHaveAttribute('aria-pressed', 'true')
    await search(page).fill('publishWith(Retry|Patience)|formatFailure')
    await expect(count(page)).toHaveText(new RegExp(`^[\\d,]+ of ${all} functions · `))
    await expect(rows(page).first()).toContainText(/publishWith|formatFailure/)
    for (const row of await rows(page).all()) expect(await textOf(row)).toMatch(/publishWith(Retry|Patience)|formatFailure/)
    await search(page).fill('publish(')
    await expect(pane(page)).toContainText('The search cannot be used')
    await expect(pane(page)).toContainText('Not a usable pattern')
    await pane(page).getByRole('button', { name: 'Clear the search' }).click()
    await expect(count(page)).toHaveText(new RegExp(`^${all} functions`))
  })

  await test.step('by the keyboard: down, select, search', async () => {
    await grid(page).focus()
    await grid(page).press('Home')
    await grid(page).press('ArrowDown')
    await grid(page).press('ArrowDown')
    await grid(page).press('Enter')
    await expect(rows(page).nth(2)).toHaveAttribute('aria-selected', 'true')
    await expect(details(page)).toBeVisible()
    await grid(page).press('/')
    await expect(search(page)).toBeFocused()
    await grid(page).focus()
    await grid(page).press('End')
    await expect(grid(page).locator(`[aria-rowindex="${await grid(page).getAttribute('aria-rowcount')}"]`)).toBeVisible()
    await grid(page).press('Home')
    await expect(grid(page).locator('[aria-rowindex="2"]')).toBeVisible()
  })
  await expectAccessible(page)
  await takeScreenshots(page, 'functions', () => expect(rows(page).first()).toBeVisible())

  await test.step('callers and callees: the same function, the same figures', async () => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await search(page).fill('publishWithRetry')
    await expect(rows(page).first()).toContainText('publishWithRetry')
    if ((await details(page).count()) === 0 || !(await textOf(details(page))).includes('publishWithRetry')) await rows(page).first().click()
    await expect(details(page)).toContainText('publishWithRetry')
    const total = await partOf(details(page), /total([\d,]+ samples?, [\d. ]+ %)/)
    const self = await partOf(details(page), /self([\d,]+ samples?, [<>\d. ]+ %)/)
    await details(page).getByRole('button', { name: 'Callers and callees' }).click()
    await expect(centre(page)).toContainText('publishWithRetry')
    await expect(centre(page)).toContainText(`self ${self}`)
    await expect(centre(page)).toContainText(`total ${total}`)
    await expect(page.getByTestId('sandwich-callers')).toContainText(/Callers[\d,]+ frames?/)
    await expect(page.getByTestId('sandwich-callees')).toContainText(/Callees[\d,]+ frames?/)
  })
  await expectAccessible(page)
  await takeScreenshots(page, 'sandwich', () => expect(centre(page)).toBeVisible())

  await test.step('another frame becomes the centre, and the link keeps it', async () => {
    const callees = page.getByRole('application', { name: 'Callees, downwards' })
    const callee = await stepDownFrom(page, callees, 'publishWithRetry')
    await callees.press('s')
    await expect(centre(page)).toContainText(callee.slice(0, 60))
    const shown = await textOf(centre(page))
    await page.reload()
    await expect(centre(page)).toHaveText(shown)
    await page.goBack()
    await expect(centre(page)).toContainText('publishWithRetry')
  })

  await test.step('from a frame of the flame graph by its menu', async () => {
    await openPanes(page, 'panes=flame&group=merged')
    const frame = await stepDownFrom(page, graph(page), 'all')
    await graph(page).press('Shift+F10')
    await page.getByRole('menuitem', { name: 'Callers and callees' }).click()
    await expect(centre(page)).toContainText(frame.slice(0, 60))
  })

  await test.step('without a function it says how to choose one; the picker finds one', async () => {
    await openPanes(page, 'panes=sandwich')
    await expect(page.getByText('No function is chosen')).toBeVisible()
    await page.getByTestId('sandwich-pane').getByRole('button', { name: 'Choose a function' }).click()
    const picker = page.getByRole('combobox', { name: 'Choose a function' })
    await expect(picker).toBeFocused()
    await picker.fill('formatFail')
    await expect(page.getByRole('option').first()).toContainText('formatFail')
    await picker.press('Enter')
    await expect(centre(page)).toContainText('formatFail')
  })
})

test('functions that wait: how long, in how many waits, narrowed by time', async ({ page }) => {
  await startCapture(page, { recipe: 'off-cpu', seconds: 6, pid: theStack().demo.checkout })
  await expectCapture(page, 'done', 60_000)
  await openPanes(page, 'panes=functions,sandwich&tableSort=total')
  await expect(count(page)).toHaveText(/functions? · .*(s|min) blocked in [\d,.k]+ waits$/)
  await expect(head(page, /^Waits/)).toBeVisible()
  const waits = async () => {
    const [, digits = '', suffix = ''] = /in ([\d,.]+)([kM]?) waits?$/.exec(await textOf(count(page))) ?? []
    return Number(digits.replaceAll(',', '')) * (SUFFIXES[suffix] ?? 1)
  }
  const whole = await waits()
  await rows(page).first().click()
  await expect(centre(page)).toContainText(/total .+ blocked in [\d,]+ waits/)
  await openPanes(page, 'panes=functions&tableSort=total&window=1000-2000')
  await expect.poll(waits).toBeLessThan(whole)
  const times = await rows(page).first().getByRole('gridcell').allTextContents()
  const [first, last] = times.slice(-3, -1).map(Number)
  expect(first).toBeGreaterThanOrEqual(1)
  expect(last).toBeLessThanOrEqual(2)
})

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '\u202egnp.exe\u202c\u2066',
  'a\nb\tc\u0000d',
  `x${'y'.repeat(65_535)}`,
  '',
]

/** A profile instead of the capture's own. */
async function serveProfile(page: Page, profile: ReturnType<typeof syntheticProfile>): Promise<void> {
  const body = gzipSync(encodeProfile(profile))
  await page.route('**/api/captures/*/profile**', (route) => route.fulfill({ contentType: 'application/octet-stream', body }))
}

test('names are text, whatever they hold; thousands of functions are a few rows', async ({ page }) => {
  page.on('dialog', (dialog) => {
    throw new Error(`a name ran as code: ${dialog.message()}`)
  })
  await startCapture(page, { recipe: 'cpu-profile', seconds: 2, pid: theStack().demo.checkout })
  await expectCapture(page, 'done', 60_000)

  await test.step('hostile names', async () => {
    const builder = new ProfileBuilder({ periodNs: 1e7, durationMs: 2_000 })
    const thread = builder.addThread(builder.addHost('h', HOSTILE[0] ?? ''), 1, 1, HOSTILE[2] ?? '')
    for (const [i, name] of HOSTILE.entries()) {
      const caller = builder.addStack(-1, builder.addFrame(name, HOSTILE[(i + 1) % HOSTILE.length] ?? '', FRAME_KIND.user))
      const callee = builder.addStack(caller, builder.addFrame(HOSTILE[(i + 2) % HOSTILE.length] ?? '', '', FRAME_KIND.jit))
      builder.addSample(callee, thread, 1_000 * i, 1 + i)
    }
    await serveProfile(page, builder.build())
    await openPanes(page, 'panes=functions,sandwich')
    await expect(count(page)).toHaveText(/^12 functions · 21 samples = 210\sms of CPU time/)
    await expect(pane(page)).toContainText('<img src=x onerror=alert(1)>')
    await expect(pane(page)).toContainText('\\u202egnp.exe')
    await expect(pane(page)).toContainText('(no name)')
    for (const row of await rows(page).all()) {
      await row.click()
      await expect(details(page)).toBeVisible()
      await expect(centre(page)).toBeVisible()
      expect((await row.boundingBox())?.height).toBeLessThan(30)
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    await page.getByRole('combobox', { name: 'Choose a function' }).fill('<')
    await expect(page.getByRole('option').first()).toContainText('<')
    await details(page).getByRole('button', { name: 'Find in the flame graph' }).click()
    await expect(page.getByTestId('flame-matches')).toHaveText(/%/)
    await expectAccessible(page)
  })

  await test.step('thousands of functions', async () => {
    await page.unroute('**/api/captures/*/profile**')
    await serveProfile(page, syntheticProfile({ nodes: 60_000, hosts: 40 }))
    await openPanes(page, 'panes=functions')
    await expect(count(page)).toHaveText(/^[\d,]{5,} functions/)
    const last = Number(await grid(page).getAttribute('aria-rowcount'))
    expect(last).toBeGreaterThan(3_000)
    await grid(page).focus()
    await grid(page).press('End')
    const row = grid(page).locator(`[aria-rowindex="${last}"]`)
    await expect(row.getByRole('gridcell').nth(1)).toHaveText(/\d/)
    expect(await rows(page).count()).toBeLessThan(80)
    await expect(head(page, /^Hosts/)).toBeVisible()
    await head(page, /^Hosts/)
      .getByRole('button')
      .click()
    await expect(grid(page).locator('[aria-rowindex="2"]')).toBeVisible()
  })
})
