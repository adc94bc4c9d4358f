import type { Locator, Page } from '@playwright/test'
import { expectCapture, expectTarget, startCapture } from './capture-page.ts'
import { expect, expectAccessible, signIn, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

const search = (page: Page) => page.getByLabel('Search the flame graph')
const graph = (page: Page) => page.getByRole('application', { name: 'Flame graph' })
const matches = (page: Page) => page.getByTestId('flame-matches')
const crumbs = (page: Page) => page.getByRole('navigation', { name: 'Path of the zoomed frame' })
const syscallRow = (page: Page, name: string, pid: number) =>
  page.getByTestId('syscall-row').filter({ has: page.getByRole('button', { name: new RegExp(`^Details of ${name} by .* ${pid}$`) }) })
const sortedBy = (page: Page) => page.locator('[role=columnheader][aria-sort=descending], [role=columnheader][aria-sort=ascending]')

const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? ''

/** The share of samples that the search matches, once it is above `percent`: '12.4 % in 31 frames'. */
const expectMatchesAbove = (page: Page, percent: number) =>
  expect
    .poll(async () => Number.parseFloat(await textOf(matches(page))), { message: 'share of samples that match, in %', timeout: 20_000 })
    .toBeGreaterThan(percent)

/** All that the link has to bring back, as it can be read off the page. */
async function viewOf(page: Page) {
  await expect(matches(page)).toBeVisible()
  await expect(crumbs(page)).toBeVisible()
  // Parts of the details that are asked for by themselves.
  await expect(page.getByTestId('syscall-over-time')).toBeVisible()
  await expect(page.getByTestId('stacks-under')).toBeVisible()
  return {
    search: await search(page).inputValue(),
    matches: await textOf(matches(page)),
    crumbs: await textOf(crumbs(page)),
    sort: await textOf(sortedBy(page)),
    details: await textOf(page.getByTestId('syscall-details')),
    samples: await textOf(page.getByTestId('sample-count')),
  }
}

test('the incident is found: exceptions on the left, refused connections on the right, kept in the link', async ({ page, browser }) => {
  const { checkout } = theStack().demo
  await startCapture(page, { seconds: 12, pid: checkout, title: 'iowait alert at night' })

  await test.step('results appear while it runs, without a reload', async () => {
    await expectTarget(page, 'running')
    await expect(page.getByTestId('sample-count')).toBeVisible()
    await expect(syscallRow(page, 'connect', checkout)).toBeVisible()
    await expect(page.getByTestId('capture-state')).toHaveAttribute('data-state', 'running')
    // The page's policy lets the profile's worker run.
    expect(page.workers()).toHaveLength(1)
  })
  await expectCapture(page, 'done')

  await test.step('left: the retry loop has a name', async () => {
    await search(page).fill('publishWithRetry')
    await expectMatchesAbove(page, 5)
    await search(page).fill('noFunctionHasThisName')
    await expect(matches(page)).toHaveText(/^0\s%/)
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await search(page).fill('publishWith(Retry|Patience)|formatFailure')
    await expectMatchesAbove(page, 5)
  })

  await test.step('right: connect is refused, thousands of times', async () => {
    const connect = syscallRow(page, 'connect', checkout)
    await expect(connect).toContainText('ECONNREFUSED')
    await connect.getByRole('button', { name: /^Details/ }).click()
    const details = page.getByTestId('syscall-details')
    await expect(details).toContainText('ECONNREFUSED')
    const calls = Number((await textOf(details)).match(/([\d,.\s]+) calls/)?.[1]?.replace(/\D/g, ''))
    expect(calls).toBeGreaterThan(5_000)
    await expect(syscallRow(page, 'write', checkout)).toBeVisible()
  })

  await test.step('sort and zoom', async () => {
    await page.getByRole('columnheader', { name: 'Errors', exact: true }).getByRole('button').click()
    await expect(page.getByRole('columnheader', { name: 'Errors', exact: true })).toHaveAttribute('aria-sort', 'descending')
    await search(page).press('Enter') // to the heaviest match
    await graph(page).press('Enter')
    await expect(crumbs(page)).toContainText(/publishWithRetry|formatFailure/)
  })
  await expectAccessible(page)

  const link = page.url()
  const shown = await viewOf(page)
  await test.step('a reload keeps the view', async () => {
    await page.reload()
    expect(await viewOf(page)).toEqual(shown)
    expect(page.url()).toBe(link)
  })

  await test.step('another signed-in browser shows the same', async () => {
    const context = await browser.newContext({
      storageState: { cookies: [], origins: [] },
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
    })
    const { pathname, search: query } = new URL(link)
    const other = await signIn(context, `${pathname}${query}`)
    expect(await viewOf(other)).toEqual(shown)
    await context.close()
  })

  await test.step('back undoes the zoom, forward redoes it', async () => {
    await page.goBack()
    await expect(crumbs(page)).toHaveCount(0)
    await expect(search(page)).toHaveValue(shown.search)
    await page.goForward()
    await expect(crumbs(page)).toHaveText(shown.crumbs)
  })

  await test.step('the profile is for people who are signed in', async () => {
    const profile = `${new URL(link).pathname.replace('/captures/', '/api/captures/')}/profile`
    expect((await page.request.get(profile)).status()).toBe(200)
    const stranger = await browser.newContext({ storageState: { cookies: [], origins: [] } })
    expect((await stranger.request.get(new URL(profile, theStack().url).href)).status()).toBe(401)
    const theirs = await stranger.newPage()
    await theirs.goto(link)
    await expect(theirs).toHaveURL(/\/sign-in\?next=/)
    await stranger.close()
  })
})

test('a whole host: selecting a process narrows flame graph and table alike', async ({ page }) => {
  const { checkout, catalog } = theStack().demo
  await page.goto('/hosts')
  await expect(page.getByTestId('host-row')).toHaveCount(1)
  await expectAccessible(page)
  await takeScreenshots(page, 'hosts', () => expect(page.getByTestId('host-row')).toBeVisible())

  await page.goto('/captures/new')
  await expect(page.getByTestId('command').first()).toBeVisible()
  await expect(page.getByTestId('command').first()).toContainText('perf')
  await expectAccessible(page)
  await takeScreenshots(page, 'new-capture', () => expect(page.getByTestId('command').first()).toBeVisible())

  await startCapture(page, { seconds: 8, title: 'Everything on this host' })
  await expectCapture(page, 'done')
  await page.getByLabel('Filter the syscall table').fill('connect ECONNREFUSED') // only rows in sight are in the page
  await expect(syscallRow(page, 'connect', checkout)).toBeVisible()
  const all = await textOf(page.getByTestId('sample-count'))
  await page.getByLabel('Filter the syscall table').fill('')
  await takeScreenshots(page, 'capture', () => expect(page.getByTestId('sample-count')).toBeVisible())
  await search(page).fill('publishWithRetry')
  await expectMatchesAbove(page, 0)

  await page.getByLabel('Filter the syscall table').fill(String(catalog))
  await page
    .getByRole('button', { name: new RegExp(`^catalog ${catalog}`), pressed: false })
    .first()
    .click()
  await expect(page.getByTestId('selected-process')).toContainText(`catalog ${catalog}`)
  await page.getByLabel('Filter the syscall table').fill('')
  await expect(page.getByRole('button', { name: new RegExp(`^catalog ${catalog}`), pressed: true }).first()).toBeVisible()
  await expect(syscallRow(page, 'connect', checkout)).toHaveCount(0)
  await expect(matches(page)).toHaveText(/^0\s%/)
  await page.getByRole('button', { name: 'Show all processes', exact: true }).click()
  await expect(page.getByTestId('sample-count')).toHaveText(all)

  await test.step('the walk-through of the README: the trouble in one picture', async () => {
    await page.getByLabel('Filter the syscall table').fill(`checkout ${checkout}`)
    await page
      .getByRole('button', { name: new RegExp(`^checkout ${checkout}`), pressed: false })
      .first()
      .click()
    await page.getByLabel('Filter the syscall table').fill('')
    const connect = syscallRow(page, 'connect', checkout)
    await connect.getByRole('button', { name: /^Details/ }).click()
    await expect(page.getByTestId('syscall-details')).toContainText('ECONNREFUSED')
    await expectMatchesAbove(page, 5)
    await takeScreenshots(page, 'capture-selected', () => expect(matches(page)).toBeVisible())
  })
})
