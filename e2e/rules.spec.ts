import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Page } from '@playwright/test'
import { ALERTMANAGER_PAYLOAD } from '../packages/domain/src/testing/alertmanager-payload.ts'
import { expectCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { theStack } from './stack.ts'

const saveButton = (page: Page) => page.getByRole('button', { name: 'Make the rule' })
const firings = (page: Page) => page.getByTestId('rule-firing')

/** Opens the form, as far as every kind of rule goes: this machine, two seconds of a CPU profile. */
async function openForm(page: Page, name: string, kind: 'Schedule' | 'Alert' | 'Threshold' | 'Deploy'): Promise<void> {
  await page.goto('/rules/new')
  await expect(page.getByTestId('rule-preview')).toBeVisible()
  await page.getByRole('radio', { name: kind, exact: true }).click()
  await page.getByLabel('Search that finds the hosts').fill('e2e-host')
  await page.getByRole('radio', { name: 'CPU profile', exact: true }).check()
  await page.getByLabel('Duration', { exact: true }).fill('2')
  await page.getByLabel('Name', { exact: true }).fill(name)
  await expect(page.getByTestId('rule-preview')).toContainText('1 host matches, 1 online')
}

async function save(page: Page): Promise<void> {
  await saveButton(page).click()
  await page.waitForURL(/\/rules\/(?!new)[^/]+$/)
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible()
}

test('a rule by the clock says when it comes, is tried by hand, and keeps within its bounds', async ({ page }) => {
  await page.goto('/hosts')
  await expect(page.getByRole('status').filter({ hasText: 'online' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('u')
  await page.waitForURL('**/rules')
  await expect(page.getByRole('heading', { name: 'Rules', level: 1 })).toBeVisible()
  await expectAccessible(page)

  await openForm(page, 'Nightly profile', 'Schedule')
  await page.getByLabel('Time zone').fill('Europe/Berlin')
  await expect(page.getByTestId('rule-preview')).toContainText('Every day at 03:00 (Europe/Berlin)')
  await page.getByLabel('Schedule (cron)').fill('* * * * *')
  await expect(page.getByText('at most once in 5 minutes')).toBeVisible()
  await page.getByLabel('Usual ones').selectOption('Weekdays at 09:00')
  await expect(page.getByTestId('rule-preview')).toContainText('At 09:00, Monday through Friday (Europe/Berlin)')
  await page.getByLabel('Most in 24 hours').fill('1')
  await expectAccessible(page)
  await save(page)

  await page.getByRole('button', { name: 'Fire now' }).click()
  await expect(firings(page)).toHaveCount(1)
  await expect(firings(page).first()).toContainText('Fired by hand by Ada Admin')
  await page.getByRole('button', { name: 'Fire now' }).click()
  await expect(firings(page)).toHaveCount(2)
  await expect(firings(page).first()).toContainText("The rule's most is 1 capture in 24 hours")
  await expectAccessible(page)

  await firings(page).last().getByRole('link').click()
  await expectCapture(page, 'done', 60_000)
  await expect(page.getByTestId('capture-reason')).toContainText('Fired by hand by Ada Admin')
  await page.getByTestId('capture-reason').getByRole('link', { name: 'Rule' }).click()
  await expect(page.getByRole('heading', { name: 'Nightly profile', level: 1 })).toBeVisible()
  await page.getByLabel('Nightly profile is on').click()
  await expect(page.getByText('next', { exact: false }).filter({ hasText: '09:00' })).toHaveCount(0)
  await page.goto('/rules')
  await expect(page.getByTestId('rule-row').filter({ hasText: 'Nightly profile' })).toContainText('off')
  await expect(page.getByTestId('rule-row').filter({ hasText: 'Nightly profile' })).toContainText('1 of 1')
})

test('an alert starts a capture of the host that it names, once, and only with the token of its rule', async ({ page, request }) => {
  await openForm(page, 'High I/O wait', 'Alert')
  await page.getByLabel('Only alerts with these labels').fill('severity=critical')
  await expect(page.getByTestId('rule-preview')).toContainText('On an alert with severity=critical')
  await save(page)
  const rulePage = page.url()
  await page.getByRole('button', { name: 'Make a token' }).click()
  const receiver = (await page.getByTestId('alert-receiver').textContent()) ?? ''
  const token = /credentials: (\S+)/.exec(receiver)?.[1] ?? ''
  const path = new URL(/url: (\S+)/.exec(receiver)?.[1] ?? '').pathname
  await expectAccessible(page)

  const [firing] = ALERTMANAGER_PAYLOAD.alerts
  const body = { ...ALERTMANAGER_PAYLOAD, alerts: [{ ...firing, labels: { ...firing?.labels, instance: 'e2e-host:9100' } }] }
  const send = (headers: Record<string, string>, data: unknown = body) => request.post(`${theStack().url}${path}`, { headers, data })
  const authorization = `Bearer ${token}`
  expect((await send({})).status()).toBe(401)
  expect((await send({ authorization: `Bearer srt_${'x'.repeat(43)}` })).status()).toBe(401)
  const wrong = await send({ authorization }, { ...body, version: '3' })
  expect([wrong.status(), (await wrong.json()).error.message]).toEqual([422, expect.stringContaining('version')])
  expect((await send({ authorization }, { ...body, padding: 'x'.repeat(1024 * 1024) })).status()).toBe(413)
  const started = await send({ authorization })
  const answer = await started.json()
  expect([started.status(), answer]).toEqual([200, { outcome: 'started', message: expect.any(String), captureId: expect.any(String) }])
  expect((await (await send({ authorization })).json()).outcome).toBe('duplicate')

  await page.goto(`/captures/${answer.captureId}`)
  await expect(page.getByTestId('capture-reason')).toContainText('HostHighIOWait is firing on e2e-host:9100: I/O wait above 40 % for 5 min')
  await expectCapture(page, 'done', 60_000)
  await expectAccessible(page)
  await page.goto('/captures?q=HostHighIOWait')
  await expect(page.getByTestId('capture-row').first()).toContainText('HostHighIOWait is firing')
  await page.goto(rulePage)
  await expect(firings(page)).toHaveCount(1)
})

test('a host that trips its own threshold is recorded while the trouble lasts', async ({ page }) => {
  await openForm(page, 'Busy host', 'Threshold')
  await page.getByLabel('What each host watches').selectOption('run queue')
  await page.getByLabel('At least', { exact: true }).fill('2')
  await page.getByLabel('For', { exact: true }).fill('4')
  await expect(page.getByTestId('rule-preview')).toContainText("When a host's run queue is at least 2 tasks per CPU for 4 s")
  await save(page)
  // The host learns of it with its next heartbeat.
  await page.waitForTimeout(16_000)
  const busy = Array.from({ length: availableParallelism() * 4 }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
  try {
    await expect(firings(page).filter({ hasText: 'started' })).toHaveCount(1, { timeout: 45_000 })
    await expect(firings(page).first()).toContainText('Run queue at least 2 tasks per CPU for 4 s on e2e-host')
  } finally {
    for (const child of busy) child.kill('SIGKILL')
  }
  await firings(page).first().getByRole('link').click()
  await expect(page.getByTestId('capture-reason')).toContainText('Run queue at least 2 tasks per CPU')
  await expectCapture(page, 'done', 60_000)
})

test('a rule is made of a capture, and rules are read on a phone', async ({ page }) => {
  await page.goto('/captures')
  await page.getByTestId('capture-row').filter({ hasText: 'HostHighIOWait' }).first().getByRole('link').first().click()
  await expectCapture(page, 'done')
  await page.getByRole('button', { name: 'More', exact: true }).last().click()
  await page.getByRole('menuitem', { name: 'Make a rule of this capture…' }).click()
  await page.waitForURL(/\/rules\/new\?from=/)
  await expect(page.getByRole('radio', { name: 'CPU profile', exact: true })).toBeChecked()
  await expect(page.getByLabel('Duration', { exact: true })).toHaveValue('2')
  await expect(page.getByTestId('rule-preview')).toContainText('1 host matches')

  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of ['/rules', '/rules/new']) {
    await page.goto(path)
    await expect(path === '/rules' ? page.getByTestId('rule-row').first() : page.getByTestId('rule-preview')).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await expectAccessible(page)
  }
})
