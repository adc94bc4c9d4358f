import type { APIRequestContext, Page } from '@playwright/test'
import { captureSpecSchema, type HostBuild, specOfRecipe } from '@sonde/contract'
import { z } from 'zod'
import { DeployTarget, SERVICE } from './deploy-target.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { call, joinToken, query } from './scripted-fleet.ts'
import { ScriptedHost } from './scripted-host.ts'
import { theStack } from './stack.ts'

const deploySchema = z.object({
  id: z.string(),
  page: z.string(),
  pairs: z.array(z.object({ before: z.object({ capture: z.object({ id: z.string(), endedAt: z.string().nullable() }).nullable() }) })),
})

/** A pipeline's way in: the REST API with a token. */
async function rest(request: APIRequestContext, token: string, path: string, data?: object) {
  const url = new URL(`/api/v1${path}`, theStack().url).href
  const headers = { authorization: `Bearer ${token}` }
  const response = data ? await request.post(url, { headers, data }) : await request.get(url, { headers })
  expect(response.ok(), `${path}: ${await response.text()}`).toBe(true)
  return deploySchema.parse(await response.json())
}

test('a pipeline marks a deploy, a rule records around it, and the page says what got slower in one link', async ({ page }) => {
  test.setTimeout(240_000)
  const spec = captureSpecSchema.parse({
    ...specOfRecipe('cpu-and-syscalls', { durationMs: 10_000 }),
    filter: { kind: 'process', name: SERVICE },
  })
  const { id: ruleId } = z.object({ id: z.string() }).parse(
    await call(page.request, 'rules.create', {
      name: 'Around deploys of the shop',
      enabled: true,
      trigger: { kind: 'deploy', service: 'shop*', delayS: 1 },
      spec,
      hosts: { by: 'search', search: 'env=test' },
      maxHosts: 5,
      maxPerDay: 10,
      coolDownS: 600,
    }),
  )
  const { token } = z
    .object({ token: z.string() })
    .parse(await call(page.request, 'tokens.create', { name: 'pipeline', scopes: ['deploys:read', 'deploys:write'], days: 1 }))
  const shop = new DeployTarget()
  try {
    await shop.rollOut(400_000)
    const marker = {
      service: SERVICE,
      version: '2.0.0',
      sha: '0123abc',
      labels: { env: 'test' },
      key: 'run-1',
      url: 'https://ci.test/run/1',
    }
    const started = await rest(page.request, token, '/deploys', { ...marker, state: 'started' })
    expect(started.pairs).toHaveLength(1)

    await test.step('the page is live while the capture before runs', async () => {
      await page.goto(`/deploys/${started.id}`)
      await expect(page.getByTestId('deploy-state')).toHaveText('going on')
      await expect(page.getByTestId('side-after')).toContainText('Recorded 1 s after the “finished” marker.')
      await expect(page.getByTestId('side-before')).toContainText('done', { timeout: 60_000 })
    })
    expect((await rest(page.request, token, `/deploys/${started.id}`)).pairs[0]?.before.capture?.endedAt).toBeTruthy()

    await shop.rollOut(1_600_000)
    expect((await rest(page.request, token, '/deploys', { ...marker, state: 'finished' })).id).toBe(started.id)

    await test.step('and says what got slower once the one after is done', async () => {
      const verdict = page.getByTestId('pair-verdict')
      await expect(verdict).toContainText('price_basket', { timeout: 90_000 })
      await expect(verdict).toContainText('slower')
      await expect(page.getByTestId('deploy-state')).toHaveText('finished')
      await expectAccessible(page)
      await page.getByRole('button', { name: 'Copy link to this deploy' }).click()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(started.page)
      await expect(page.getByTestId('compare-pair')).toHaveAttribute('href', /^\/compare\?a=\w+&b=\w+&by=wall$/)
      await takeScreenshots(page, 'deploy', () => expect(verdict).toBeVisible())
    })

    await test.step('the timeline has it with its verdict, by the keyboard and on a narrow screen', async () => {
      await page.keyboard.press('g')
      await page.keyboard.press('d')
      await expect(page).toHaveURL(/\/deploys$/)
      const row = page.getByTestId('deploy-row').filter({ hasText: '2.0.0' })
      await expect(row).toContainText('1 host')
      await expect(row.getByTestId('deploy-verdict')).toContainText('slower')
      await page.getByRole('combobox', { name: 'Service' }).selectOption(SERVICE)
      await expect(page).toHaveURL(new RegExp(`service=${SERVICE}`))
      await expect(row).toBeVisible()
      await expectAccessible(page)
      await page.setViewportSize({ width: 390, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      await page.setViewportSize({ width: 1440, height: 900 })
      await row.getByRole('link').first().click()
      await expect(page).toHaveURL(new RegExp(`/deploys/${started.id}$`))
    })
  } finally {
    await shop.remove()
    await call(page.request, 'rules.delete', { id: ruleId })
  }
})

const build = (name: string, buildId: string): HostBuild => ({
  name,
  path: `/opt/${name}`,
  buildId,
  service: null,
  processes: 2,
  sinceMs: 0,
})

test('another build on a host proposes a deploy, to be confirmed or dismissed; a person marks one by hand', async ({ page }) => {
  const host = await ScriptedHost.enrol(page.request, await joinToken(page.request, 1), {
    name: 'builds-1',
    kernel: '6.1.0',
    labels: { service: 'billing' },
    script: null,
  })
  try {
    await host.reportBuilds([build('billing', 'aaaaaaaaaaaaaaaa'), build('cron-job', 'cccccccccccccccc')])
    await host.reportBuilds([build('billing', 'bbbbbbbbbbbbbbbb'), build('cron-job', 'dddddddddddddddd')])
    await page.goto('/deploys')
    const proposed = (name: string) => page.getByTestId('proposed-deploy').filter({ hasText: name })
    await expect(proposed('billing')).toContainText('build bbbbbbbbbbbb')
    await expect(proposed('billing')).toContainText('on 1 host: builds-1')
    await expectAccessible(page)
    await proposed('cron-job')
      .getByRole('button', { name: /^Dismiss/ })
      .click()
    await expect(proposed('cron-job')).toHaveCount(0)
    await proposed('billing')
      .getByRole('button', { name: /^Confirm/ })
      .click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('/opt/billing')
    await dialog.getByLabel('Version').fill('7.1')
    await dialog.getByRole('button', { name: 'Confirm' }).click()
    await expect(proposed('billing')).toHaveCount(0)
    const row = page.getByTestId('deploy-row').filter({ hasText: '7.1' })
    await expect(row).toContainText('noticed by an agent, decided by')

    await mark(page)
    await expect(page.getByTestId('deploy-state')).toHaveText('finished')
    await expect(page.getByText('Nothing was recorded around this deploy')).toBeVisible()
    await page.getByRole('button', { name: 'Record', exact: true }).click()
    await expect(page.getByTestId('side-before')).toContainText('No finished capture with these settings')
    await expect(page.getByTestId('side-after')).toContainText('Starts in')
    await page.getByRole('button', { name: 'Delete this marker' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await expect(page).toHaveURL(/\/deploys$/)
    await expect(page.getByTestId('deploy-row').filter({ hasText: '7.2' })).toHaveCount(0)
  } finally {
    // Other tests expect this machine to be the only host.
    await call(page.request, 'hosts.remove', { id: host.id })
    const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(await query(page.request, 'deploys.list', {}))
    for (const { id } of items) await call(page.request, 'deploys.delete', { id })
  }
})

/** As a person does it who has no pipeline. */
async function mark(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Mark a deploy' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Mark', exact: true }).click()
  await expect(dialog.getByText('say which version')).toBeVisible()
  await dialog.getByLabel('Service').fill('billing')
  await dialog.getByLabel('Version').fill('7.2')
  await expect(dialog.getByRole('status')).toHaveText('1 host with service=billing.')
  await dialog.getByRole('button', { name: 'Mark', exact: true }).click()
  await expect(page).toHaveURL(/\/deploys\/\w+$/)
}
