import type { Browser, Page } from '@playwright/test'
import { specOfRecipe } from '@sonde/contract'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, expectAccessibleAtRest, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { call, enrolFleet, removeFleet } from './scripted-fleet.ts'
import { theStack } from './stack.ts'

const graph = (page: Page) => page.getByRole('application', { name: 'Flame graph' })
const search = (page: Page) => page.getByLabel('Search the flame graph')
const crumbs = (page: Page) => page.getByRole('navigation', { name: 'Path of the zoomed frame' })
const notes = (page: Page) => page.getByTestId('note')
const threads = (page: Page) => page.getByTestId('note-thread')
const button = (page: Page) => page.getByTestId('open-notes')
const present = (page: Page) => page.getByTestId('present-people')
const box = (page: Page) => page.getByLabel('New note')
const bell = (page: Page) => page.getByTestId('mention-bell')

/** A second person in a browser of their own, who may only read. */
async function inviteVera(page: Page, browser: Browser): Promise<Page> {
  const { url } = (await call(page.request, 'people.invite', { role: 'viewer' })) as { url: string }
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const theirs = await context.newPage()
  await theirs.goto(url)
  await theirs.getByLabel('Name').fill('Vera Notes')
  await theirs.getByLabel('E-mail').fill(`vera-${Date.now()}@sonde.test`)
  await theirs.getByLabel('Password').fill('a long enough password')
  await theirs.getByRole('button', { name: 'Create the account' }).click()
  await theirs.waitForURL('**/hosts')
  return theirs
}

/** Makes the heaviest frame of this name the focused one. */
async function goTo(page: Page, name: string): Promise<void> {
  await search(page).fill(name)
  await expect(page.getByTestId('flame-matches')).toHaveText(/%/)
  await search(page).press('Enter')
  await expect(page.getByRole('status').filter({ hasText: new RegExp(`${name}.*depth`) })).toHaveCount(1)
}

test.afterEach(({ page }) => removeFleet(page.request))

test('two people on one live capture: notes, mentions, presence', async ({ page, browser }) => {
  test.slow()
  const vera = await inviteVera(page, browser)
  const [first, second] = await enrolFleet(page.request, 2)
  if (!first || !second) throw new Error('two hosts')
  const hostIds = [first.id, second.id]
  const spec = specOfRecipe('cpu-and-syscalls', { durationMs: 240_000 })
  const { id } = (await call(page.request, 'captures.start', { hostIds, spec, title: 'Notes on a live capture' })) as { id: string }
  const [finishFirst, finishSecond] = await Promise.all([first.beginCapture(), second.beginCapture()])
  await finishFirst()
  await page.goto(`/captures/${id}`)
  await expectCapture(page, 'running')
  const { href } = new URL(page.url())

  await test.step('who is there is shown to the other, and where they look', async () => {
    await expect(page.getByTestId('sample-count')).toBeVisible()
    await vera.goto(href)
    await expect(vera.getByTestId('sample-count')).toBeVisible()
    await expect(present(page).getByRole('img', { name: /^Vera Notes/ })).toBeVisible({ timeout: 5_000 })
    await expect(present(vera).getByRole('img', { name: /^Ada Admin/ })).toBeVisible({ timeout: 5_000 })
    await expect(present(vera).getByRole('img')).toHaveCount(1) // not herself
  })

  await test.step('a note on a frame, with a mention, is at the other’s within 3 s', async () => {
    await goTo(vera, 'lookup_session_inner')
    await expect(present(page).getByRole('img', { name: /^Vera Notes, in the flame graph/ })).toBeVisible({ timeout: 5_000 })
    await graph(vera).press('Shift+F10')
    await vera.getByRole('menuitem', { name: 'Add a note here' }).click()
    await expect(vera.getByTestId('new-note-pin')).toContainText('lookup_session_inner')
    await expect(box(vera)).toBeFocused()
    await box(vera).pressSequentially('It retries for ever, `connect` fails. @ada')
    await expect(vera.getByRole('option', { name: /Ada Admin/ })).toBeVisible()
    await box(vera).press('Enter')
    await expect(box(vera)).toHaveValue(/@Ada Admin $/)
    await box(vera).press('Control+Enter')
    await expect(notes(vera)).toHaveCount(1)
    await expect(button(page)).toHaveAccessibleName('Notes 1', { timeout: 3_000 })
    await expect(vera.getByTestId('capture-state')).toHaveAttribute('data-state', 'running')
  })

  await test.step('the bell leads to the note, in the view that it is pinned to, while the capture still grows', async () => {
    await page.goto('/captures')
    await expect(bell(page)).toHaveAccessibleName('Mentions: 1 new one')
    await bell(page).click()
    await expectAccessible(page)
    await page.getByTestId('mention').first().click()
    await page.waitForURL(/note=/)
    await expect(notes(page)).toContainText('It retries for ever, connect fails. @Ada Admin')
    await expect(crumbs(page)).toContainText('lookup_session_inner')
    await expect(page.getByTestId('pin-missing')).toHaveCount(0)
    await expect(bell(page)).toHaveAccessibleName('Mentions')
    await page.reload()
    await expect(crumbs(page)).toContainText('lookup_session_inner')
    await expect(notes(page)).toHaveCount(1)
  })

  await test.step('the frame is the same when the other host has come, whose row now stands above', async () => {
    await finishSecond()
    await expectCapture(page, 'done', 60_000)
    await expect(crumbs(page)).toContainText(/web-1.*lookup_session_inner/)
    await expect(page.getByTestId('pin-missing')).toHaveCount(0)
  })

  await test.step('the chip jumps back to the frame', async () => {
    await page.getByRole('button', { name: 'Reset the zoom' }).click()
    await expect(crumbs(page)).toHaveCount(0)
    await page.getByTestId('pin-chip').click()
    await expect(crumbs(page)).toContainText('lookup_session_inner')
    await graph(page).press('Shift+F10')
    await expect(page.getByRole('menuitem', { name: 'Notes here (1)' })).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('an answer, an edit, a resolution', async () => {
    await threads(page).getByRole('button', { name: 'Answer' }).click()
    await page.getByRole('textbox', { name: 'Answer' }).fill('The queue is down.')
    await page.getByRole('textbox', { name: 'Answer' }).press('Control+Enter')
    await expect(notes(page)).toHaveCount(2)
    await expect(notes(vera).nth(1)).toContainText('The queue is down.', { timeout: 3_000 })
    await vera.getByRole('button', { name: 'More for the note by Vera Notes' }).click()
    await vera.getByRole('menuitem', { name: 'Edit' }).click()
    const edit = vera.getByLabel('Edit the note')
    await expect(edit).toHaveValue(/@Ada Admin/)
    await edit.fill('It retries for ever.')
    await edit.press('Control+Enter')
    await expect(notes(page).first()).toContainText(/edited\s*It retries for ever\.$/, { timeout: 3_000 })
    // She may not delete what another wrote.
    await vera.getByRole('button', { name: 'More for the note by Ada Admin' }).click()
    await expect(vera.getByRole('menuitem', { name: /Copy link/ })).toBeVisible()
    await expect(vera.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0)
    await vera.keyboard.press('Escape')
    await vera.getByRole('button', { name: 'Resolve' }).click()
    await expect(page.getByRole('button', { name: 'Show 1 resolved' })).toBeVisible({ timeout: 3_000 })
    await vera.getByRole('button', { name: 'Show 1 resolved' }).click()
    await vera.getByRole('button', { name: 'Take up again' }).click()
    await expect(vera.getByRole('button', { name: 'Resolve' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible({ timeout: 3_000 })
  })

  await test.step('a note that is deleted is gone from the other’s page', async () => {
    await vera.getByRole('button', { name: 'More for the note by Vera Notes' }).click()
    await vera.getByRole('menuitem', { name: 'Delete' }).click()
    await vera.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('This note was deleted.')).toBeVisible({ timeout: 3_000 })
    await expect(page.getByText('It retries for ever')).toHaveCount(0)
  })

  await test.step('who has left is not there any more', async () => {
    await vera.context().close()
    await expect(present(page)).toHaveCount(0, { timeout: 5_000 })
  })
})

test('notes on system calls and times, hostile text, drafts, a phone', async ({ page }) => {
  const { checkout } = theStack().demo
  await startCapture(page, { seconds: 5, pid: checkout, title: 'Notes on everything' })
  await expectCapture(page, 'done', 60_000)
  const details = page.getByRole('button', { name: new RegExp(`^Details of connect by .* ${checkout}$`) })
  await details.click()

  await test.step('on a row of the syscall table, which is marked', async () => {
    await page.getByTestId('syscall-details').getByRole('button', { name: 'Add a note' }).click()
    await expect(page.getByTestId('new-note-pin')).toContainText('connect')
    await box(page).fill('ECONNREFUSED, all of them')
    await page.getByRole('button', { name: 'Add note' }).click()
    await expect(notes(page)).toHaveCount(1)
    await page.getByRole('button', { name: 'Close the notes' }).click()
    await details.click() // closes the row
    await expect(page.getByTestId('syscall-details')).toHaveCount(0)
    await page.getByTestId('row-notes').click()
    await expect(notes(page)).toBeFocused()
    await page.getByTestId('pin-chip').click()
    await expect(page.getByTestId('syscall-details')).toBeVisible()
  })

  await test.step('on a stretch of time', async () => {
    await page.goto(`${new URL(page.url()).pathname}?v=1&window=1000-3000`)
    await page.getByRole('button', { name: 'Add a note on this time' }).click()
    await box(page).fill('only here')
    await box(page).press('Control+Enter')
    await expect(notes(page)).toHaveCount(2)
    await page.getByRole('button', { name: 'Show the whole time' }).click()
    await expect(page.getByTestId('selected-window')).toHaveCount(0)
    await page.getByTestId('pin-chip').last().click()
    await expect(page.getByTestId('selected-window')).toContainText(/1.*3/)
  })

  await test.step('hostile and endless text is text', async () => {
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs++
      void dialog.dismiss()
    })
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> \u202egnp.exe javascript:alert(3) https://a.example/?q=<b>'
    await box(page).fill(hostile)
    await box(page).press('Control+Enter')
    const shown = notes(page).last()
    await expect(shown).toContainText('<img src=x onerror=alert(1)><script>alert(2)</script> \\u202egnp.exe javascript:alert(3)')
    await expect(shown.locator('img[src], script, b')).toHaveCount(0)
    await expect(shown.getByRole('link')).toHaveCount(1)
    await expect(shown.getByRole('link')).toHaveAttribute('href', 'https://a.example/?q=')
    await expect(shown.getByRole('link')).toHaveAttribute('rel', /noopener/)
    const long = `${'x'.repeat(9_000)} ${'word '.repeat(199)}end`
    await box(page).fill(`${long}${'!'.repeat(10_001 - long.length)}`)
    await expect(page.getByRole('button', { name: 'Add note' })).toBeDisabled()
    await box(page).fill(`${long}${'!'.repeat(10_000 - long.length)}`)
    await box(page).press('Control+Enter')
    await page.getByRole('button', { name: 'Show all of it' }).click()
    await expect(notes(page).last()).toContainText('word end!')
    const { scrollWidth, clientWidth } = await page
      .getByTestId('notes-drawer')
      .evaluate((drawer) => ({ scrollWidth: drawer.scrollWidth, clientWidth: drawer.clientWidth }))
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth)
    expect(dialogs).toBe(0)
  })

  await test.step('a link to a view of this capture is a way there', async () => {
    const url = new URL(page.url())
    await box(page).fill(`look: ${url.origin}${url.pathname}?v=1&window=500-2000&process=`)
    await box(page).press('Control+Enter')
    await page.getByRole('button', { name: /^View: 0\.5.*2/ }).click()
    await expect(page.getByTestId('selected-window')).toContainText(/0\.5.*2/)
  })

  await test.step('what is refused, or left, is not lost', async () => {
    await page.route('**/api/trpc/comments.add*', (route) => route.abort())
    await box(page).fill('please keep me')
    await box(page).press('Control+Enter')
    await expect(page.getByText('It was not saved.')).toBeVisible()
    await expect(box(page)).toHaveValue('please keep me')
    await page.unroute('**/api/trpc/comments.add*')
    await page.reload()
    await expect(button(page)).toHaveAccessibleName(/^Notes \d/)
    await page.locator('body').press('a')
    await expect(box(page)).toHaveValue('please keep me')
    await box(page).press('Control+Enter')
    await expect(notes(page).last()).toContainText('please keep me')
    await box(page).press('Escape')
    await expect(page.getByTestId('notes-drawer')).toHaveCount(0)
  })

  await test.step('is for everybody, on every screen', async () => {
    await button(page).click()
    await expectAccessibleAtRest(page)
    await takeScreenshots(page, 'notes', () => expect(notes(page).first()).toBeVisible())
    await page.setViewportSize({ width: 390, height: 844 })
    await expect(page.getByRole('dialog', { name: 'Notes' })).toBeVisible()
    await expectAccessibleAtRest(page)
    const dialog = await page.getByRole('dialog', { name: 'Notes' }).boundingBox()
    expect(dialog?.width).toBe(390)
    await expect(box(page)).toBeVisible()
    await box(page).fill('from a phone')
    await page.getByRole('button', { name: 'Add note' }).click()
    await expect(notes(page).last()).toContainText('from a phone')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog', { name: 'Notes' })).toHaveCount(0)
  })
})
