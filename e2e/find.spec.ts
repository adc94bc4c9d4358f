import { readFile } from 'node:fs/promises'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, expectAccessibleAtRest, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { theStack } from './stack.ts'

test('a capture is found again by what is in it, and goes into an incident with its view', async ({ page }) => {
  const title = `Find me ${Date.now()}`
  const rows = page.getByTestId('capture-row')
  const row = rows.filter({ hasText: title })
  await startCapture(page, { seconds: 5, pid: theStack().demo.checkout, title })
  await expectCapture(page, 'done')

  await test.step('a tag', async () => {
    await page.getByRole('button', { name: 'Add a tag' }).click()
    await page.getByLabel('Tag', { exact: true }).fill('Not A Tag!')
    await expect(page.getByLabel('Tag', { exact: true })).toHaveAttribute('aria-invalid', 'true')
    await page.getByLabel('Tag', { exact: true }).fill('Queue-Down')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('list', { name: 'Tags' }).getByRole('link', { name: 'queue-down' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expectAccessibleAtRest(page)
  })

  await test.step('what the page shows goes onto the timeline of a new incident', async () => {
    await page.getByLabel('Search the flame graph').fill('publishWithRetry')
    await expect(page).toHaveURL(/search=publishWithRetry/)
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Add to an incident…' }).click()
    await page.getByLabel('Incident', { exact: true }).selectOption({ label: 'A new one…' })
    await page.getByLabel('Title', { exact: true }).fill('Checkout retries for ever')
    await page.getByLabel('What it shows (optional)').fill('It retries, and logs each time.\nThe queue is **down**.')
    await expectAccessibleAtRest(page)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('link', { name: 'Open the incident' }).click()
    await page.waitForURL(/\/incidents\/[^/]+$/)
  })

  await test.step('a note at another time, the summary, its order', async () => {
    const items = page.getByTestId('incident-item')
    await expect(items).toHaveCount(1)
    await page.getByRole('button', { name: 'At another time…' }).click()
    await page.getByLabel('When it happened').fill('2020-02-03T04:05')
    await page.getByLabel('Note', { exact: true }).fill('Alert: iowait <b>90 %</b>')
    await page.getByLabel('Note', { exact: true }).press('Control+Enter')
    await expect(items).toHaveCount(2)
    await expect(items.first()).toContainText('Alert: iowait <b>90 %</b>')
    await page.getByRole('button', { name: /^What happened, why/ }).click()
    await page.getByLabel('Summary').fill('The message queue was down.')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('The message queue was down.')).toBeVisible()
    await expectAccessibleAtRest(page)
    await takeScreenshots(page, 'incident', () => expect(items).toHaveCount(2))
  })

  await test.step('as Markdown', async () => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Markdown' }).click()
    const file = await download
    expect(file.suggestedFilename()).toMatch(/^checkout-retries-for-ever-\d{8}T\d{4}Z\.md$/)
    const markdown = await readFile(await file.path(), 'utf8')
    expect(markdown).toContain('# Checkout retries for ever\n')
    expect(markdown).toContain('The message queue was down\\.'.replace('\\.', '.'))
    expect(markdown).toContain('Alert: iowait \\<b\\>90 %\\</b\\>')
    expect(markdown).toContain('The queue is \\*\\*down\\*\\*.')
    expect(markdown).toMatch(
      new RegExp(`\\[Find me \\d+\\]\\(<${theStack().url}/captures/[^>]+search=publishWithRetry[^>]*>\\): 1 host, done, [\\d,]+ samples`),
    )
  })

  await test.step('the way back is the view that was added', async () => {
    await page.getByTestId('incident-item').filter({ hasText: title }).getByRole('link').click()
    await page.waitForURL(/search=publishWithRetry/)
    await expect(page.getByLabel('Search the flame graph')).toHaveValue('publishWithRetry')
  })

  await test.step('by function, syscall, tag, label, note', async () => {
    await page.goto('/captures')
    await expect(row).toHaveCount(1)
    const search = page.getByLabel('Search captures')
    // Names are read off a capture some seconds after its end.
    await expect(async () => {
      await search.fill(title)
      await expect(row).not.toContainText('% of samples')
      await search.fill(`function:publishWithRetry "${title}"`)
      await expect(row).toContainText(/publishWithRetry.*% of samples/, { timeout: 3_000 })
    }).toPass()
    await takeScreenshots(page, 'find', () => expect(row).toContainText(/% of samples/))
    for (const words of ['syscall:connect', 'tag:queue-down', 'queue-down', 'by:ada', 'host:e2e-host', 'note:"for ever"']) {
      await search.fill(`${words} "${title}"`)
      await expect(row, words).toHaveCount(1)
      await search.fill(`${words.replace(/.$/, 'zzz')} "${title}"`)
      await expect(row, `nothing: ${words}`).toHaveCount(0)
    }
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await expect(row).toHaveCount(1)
    await expectAccessible(page)
  })
})

test('incidents are listed, found, closed and deleted; a viewer reads', async ({ page }) => {
  const title = `Slow since lunch ${Date.now()}`
  await page.goto('/hosts')
  await expect(page.getByRole('status').filter({ hasText: 'online' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.waitForURL('**/incidents')
  await page.getByRole('button', { name: 'New incident' }).click()
  await page.getByLabel('Title', { exact: true }).fill(title)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/incidents\/[^/]+$/)
  const here = page.url()
  await expect(page.getByText('Nothing is on the timeline yet')).toBeVisible()
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByRole('status').filter({ hasText: 'closed' })).toBeVisible()

  await page.goto('/incidents')
  const row = page.getByTestId('incident-row').filter({ hasText: title })
  await expect(row).toContainText('closed')
  await expect(row).toContainText('nothing yet')
  await expectAccessible(page)
  await page.getByLabel('Search incidents').fill('no incident is called this')
  await expect(page.getByText('No incident matches')).toBeVisible()
  await page.getByLabel('Search incidents').fill(title)
  await expect(row).toHaveCount(1)
  await page.setViewportSize({ width: 390, height: 844 })
  await row.getByRole('link').click()
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)

  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.waitForURL('**/incidents')
  await page.goto(here)
  await expect(page.getByText('There is no such incident')).toBeVisible()
})
