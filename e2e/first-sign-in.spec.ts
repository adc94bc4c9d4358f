import { ADMIN, expect, expectAccessible, test } from './fixtures.ts'
import { theStack } from './stack.ts'

test.describe.configure({ mode: 'serial' })

test('a stranger gets the sign-in page and no data', async ({ page, request }) => {
  await page.goto('/captures?search=x')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await expect(page.getByText('Nobody has an account yet')).toBeVisible()
  await expectAccessible(page)

  expect((await request.get('/api/captures/c0ffee00c0ffee00/profile')).status()).toBe(401)
  const hosts = await request.get(`/api/trpc/hosts.list?input=${encodeURIComponent(JSON.stringify({ json: {} }))}`)
  expect(hosts.status()).toBe(401)
  expect(await hosts.text()).not.toContain('e2e-host')
  const health = await request.get('/api/health')
  expect(health.status()).toBe(200)
  expect(await (await request.get(`${theStack().gatewayUrl}/health`)).json()).toEqual({ ok: true })
})

test('the agents’ API knows nobody without a token', async ({ request }) => {
  const poll = await request.post(`${theStack().gatewayUrl}/agent/v1/poll`, { data: { waitMs: 0, active: [] } })
  expect(poll.status()).toBe(401)
})

test('a made-up set-up link is refused', async ({ page }) => {
  const made = new URL(theStack().setupUrl)
  made.searchParams.set('token', `siv_${'A'.repeat(43)}`)
  await page.goto(made.href)
  await expect(page.getByLabel('Password')).toHaveCount(0)
  await expect(page.getByRole('heading').first()).toBeVisible()
})

test('the set-up link makes the admin, who finds this machine on the list', async ({ page }) => {
  await page.goto(theStack().setupUrl)
  await expectAccessible(page)
  const form = page.getByRole('form', { name: 'Create your account' })
  await form.getByLabel('Name').fill(ADMIN.name)
  await form.getByLabel('E-mail').fill(ADMIN.email)
  await form.getByLabel('Password').fill('too short')
  await form.getByRole('button', { name: 'Create the account' }).click()
  await expect(form.getByText('at least 12 characters', { exact: true })).toBeVisible()

  await form.getByLabel('Password').fill(ADMIN.password)
  await form.getByRole('button', { name: 'Create the account' }).click()
  await page.waitForURL('**/hosts')
  await expect(page.getByRole('link', { name: 'e2e-host', exact: true })).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: '1 host, 1 online' })).toBeVisible()
  await page.context().storageState({ path: theStack().sessionFile })
})

test('the set-up link works once', async ({ browser }) => {
  const context = await browser.newContext({ storageState: undefined })
  const page = await context.newPage()
  await page.goto(theStack().setupUrl)
  await expect(page.getByRole('form', { name: 'Create your account' })).toHaveCount(0)
  await context.close()
})

test('a wrong password is refused', async ({ browser }) => {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const page = await context.newPage()
  await page.goto(new URL('/sign-in', theStack().url).href)
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill('not the password at all')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(
    page
      .getByRole('alert')
      .or(page.getByText(/not right|wrong|do not match|not valid/i))
      .first(),
  ).toBeVisible()
  await expect(page).toHaveURL(/\/sign-in/)
  await context.close()
})
