import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

test('captures are listed, found, run again and deleted', async ({ page }) => {
  const title = `List me ${Date.now()}`
  const row = page.getByTestId('capture-row').filter({ hasText: title })
  await startCapture(page, { seconds: 2, recipe: 'cpu-profile', pid: theStack().demo.checkout, title })
  await expectCapture(page, 'done')
  await expect(page.getByTestId('syscall-pane')).toHaveCount(0) // not in this recipe
  const first = new URL(page.url()).pathname

  await page.goto('/captures')
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('done')
  await expect(row).toContainText('e2e-host')
  await expect(row).toContainText('CPU profile')
  await expect(row).toContainText('Ada Admin')
  await expectAccessible(page)
  await takeScreenshots(page, 'captures', () => expect(row).toBeVisible())

  await page.getByLabel('Search captures').fill('no capture is called this')
  await expect(page.getByText('No capture matches')).toBeVisible()
  await page.getByLabel('Search captures').fill(title)
  await expect(row).toHaveCount(1)

  await row.getByRole('button', { name: `Run ${title} again` }).click()
  await page.waitForURL((url) => /^\/captures\/(?!new)/.test(url.pathname) && url.pathname !== first)
  await expectCapture(page, 'done')
  await expect(page.getByText(`pid ${theStack().demo.checkout}`)).toBeVisible()

  await page.goto(`/captures?search=${encodeURIComponent(title)}`)
  await expect(row).toHaveCount(2)
  await row
    .last()
    .getByRole('button', { name: `More for ${title}` })
    .click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expectAccessible(page)
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Delete' }).click()
  await expect(row).toHaveCount(1)
  await page.goto(first)
  await expect(page.getByText('There is no such capture')).toBeVisible()
})

test('settings: a person invited as viewer may read and not start', async ({ page, browser }) => {
  await page.goto('/settings')
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await expectAccessible(page)
  const invite = await page.request.post('/api/trpc/people.invite', {
    data: { json: { role: 'viewer' } },
    headers: { origin: theStack().url },
  })
  const url: string = (await invite.json()).result.data.json.url
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const theirs = await context.newPage()
  await theirs.goto(url)
  await theirs.getByLabel('Name').fill('Vera Viewer')
  await theirs.getByLabel('E-mail').fill('vera@sonde.test')
  await theirs.getByLabel('Password').fill('a long enough password')
  await theirs.getByRole('button', { name: 'Create the account' }).click()
  await theirs.waitForURL('**/hosts')
  await theirs.goto(new URL('/captures/new', theStack().url).href)
  await expect(theirs.getByText('You may read captures, not start them')).toBeVisible()
  const refused = await theirs.request.post(new URL('/api/trpc/joinTokens.create', theStack().url).href, {
    data: { json: {} },
    headers: { origin: theStack().url },
  })
  expect(refused.status()).toBe(403)
  await context.close()
})
