import { existsSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { theStack } from './stack.ts'

export const ADMIN = { name: 'Ada Admin', email: 'ada@sonde.test', password: 'correct horse battery staple' }

/** Every test starts on the running stack, signed in as the admin once there is one. */
export const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted off the pattern
  baseURL: async ({}, use) => use(theStack().url),
  // biome-ignore lint/correctness/noEmptyPattern: as above
  storageState: async ({}, use) => use(existsSync(theStack().sessionFile) ? theStack().sessionFile : undefined),
})
export { expect }

/** Signs in through the form, as a second person's browser would. */
export async function signIn(context: BrowserContext, to = '/hosts'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(new URL(`/sign-in?next=${encodeURIComponent(to)}`, theStack().url).href)
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  return page
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** No WCAG A or AA violation on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze()
  const readable = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((node) => node.target.join(' ')).join('\n    ')}`,
  )
  expect(readable, `accessibility of ${page.url()}`).toEqual([])
}

/** What the pointer and the focus show beside them lies over other things: not a state to judge their sizes in. */
export async function expectAccessibleAtRest(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  const focused = page.locator(':focus')
  if ((await focused.count()) > 0) await focused.blur()
  await expectAccessible(page)
}
