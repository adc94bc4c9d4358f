import type { APIRequestContext, Page } from '@playwright/test'
import { z } from 'zod'
import { expectCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { takeScreenshots } from './screenshots.ts'
import { captureFleet, enrolFleet, joinToken, query, removeFleet, startOn } from './scripted-fleet.ts'
import { startSecondAgent } from './second-agent.ts'

const HOSTS = 7
const rowOf = (page: Page, name: string) => page.getByTestId('host-row').filter({ hasText: name })

/** Hosts by name, as the server knows them. */
async function enrolled(request: APIRequestContext): Promise<Map<string, { id: string; online: boolean }>> {
  const list = z.array(z.object({ id: z.string(), name: z.string(), online: z.boolean() })).parse(await query(request, 'hosts.list', {}))
  return new Map(list.map(({ name, ...host }) => [name, host]))
}

test.afterEach(({ page }) => removeFleet(page.request))

test('three agents of one machine are three hosts, compared by what each recorded', async ({ page }) => {
  const token = await joinToken(page.request, 2)
  const agents = ['twin-1', 'twin-2'].map((name) => startSecondAgent(name, token))
  try {
    await expect
      .poll(async () => [...(await enrolled(page.request)).values()].filter((host) => host.online).length, { timeout: 60_000 })
      .toBe(3)
    const hosts = await enrolled(page.request)
    const capture = await startOn(
      page.request,
      [...hosts.values()].map((host) => host.id),
      'One machine, three agents',
    )
    await page.goto(`/captures/${capture}?panes=hosts,odd`)
    await expectCapture(page, 'done', 90_000)
    await expect(page.getByTestId('host-row')).toHaveCount(3)
    // They attach one after the other, and see each other do so: who is odd, if any, is not for this test to say.
    await expect(page.getByTestId('odd-verdict')).toContainText('of 3 hosts')
    await expect(page.getByTestId('odd-row')).toHaveCount(3)
    for (const row of await page.getByTestId('odd-row').all()) await expect(row).toContainText(/\d samples/)
    await expect(page.getByTestId('odd-pane')).toContainText('System calls are compared from 5 hosts on.')
  } finally {
    await Promise.all(agents.map((agent) => agent.stop()))
  }
})

test('the hosts of a capture, the odd one out, and that one against the rest', async ({ page }) => {
  const fleet = await enrolFleet(page.request, HOSTS)
  const capture = await captureFleet(page.request, fleet)

  await test.step('a row for each host, sorted as asked', async () => {
    await page.goto(`/captures/${capture}?panes=hosts,flame,syscalls`)
    await expect(page.getByTestId('host-row')).toHaveCount(HOSTS)
    for (const host of fleet) {
      await expect(rowOf(page, host.name)).toContainText(/1,500\s*14\.3\s%/)
      await expect(rowOf(page, host.name)).toContainText('done')
    }
    await expect(rowOf(page, 'web-3')).toContainText('env=canary')
    await expect(rowOf(page, 'web-3')).toContainText('6.8.0-31-generic')
    await page.getByRole('button', { name: 'Failed' }).click()
    await expect(page).toHaveURL(/hostSort=errors/)
    await expect(page.getByTestId('host-row').first()).toContainText('web-3')
    await expect(page.getByTestId('host-row').first()).toContainText(/10\.\d\s%/)
    await expectAccessible(page)
  })

  await test.step('a chosen host narrows all panes, by the keyboard, and the link keeps it', async () => {
    await expect(page.getByTestId('sample-count')).toContainText(/^10\.5k samples/)
    const all = await page.getByTestId('syscall-count').textContent()
    await rowOf(page, 'web-2').getByRole('button').focus()
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('selected-host')).toHaveText('only host web-2')
    await expect(page.getByTestId('sample-count')).toContainText(/^1,500 samples/)
    await expect(page.getByTestId('syscall-count')).not.toHaveText(all ?? '')
    await page.reload()
    await expect(page.getByTestId('sample-count')).toContainText(/^1,500 samples/)
    await expect(page.getByTestId('host-row')).toHaveCount(HOSTS)
    // A process of another host takes the host with it.
    await page.getByRole('button', { name: 'Show all hosts' }).first().click()
    await expect(page.getByTestId('sample-count')).toContainText(/^10\.5k samples/)
  })

  await test.step('the odd one is named, with what it does and what it has that others lack', async () => {
    await page.goto(`/captures/${capture}?panes=odd`)
    await expect(page.getByTestId('odd-verdict')).toHaveText('1 of 7 hosts is unlike the others')
    const first = page.getByTestId('odd-row').first()
    await expect(first).toHaveAttribute('data-odd', 'true')
    await expect(first).toContainText('web-3')
    await expect(first).toContainText(/ext4_sync_file/)
    await expect(first).toContainText(/write ENOSPC/)
    await expect(page.locator('[data-testid=odd-row][data-odd=true]')).toHaveCount(1)
    const traits = page.getByTestId('shared-traits')
    await expect(traits).toContainText('env=canary')
    await expect(traits).toContainText('6.8.0-31-generic')
    await expect(traits).toContainText('1 of 1 odd, 0 of 6 others')
    await expect(traits).not.toContainText('service')
    await expectAccessible(page)
  })

  await test.step('one click compares it with the rest, in picture and table', async () => {
    await page.getByRole('button', { name: 'web-3 against the rest' }).click()
    await expect(page).toHaveURL(/against=rest/)
    await expect(page.getByTestId('selected-against')).toBeVisible()
    await expect(page.getByTestId('flame-pane')).toBeVisible()
    await expect(page.getByTestId('sample-count')).toHaveText(/^1,500 samples.* on this host, 9,000 samples.* on 6 others$/)
    const row = page.getByTestId('difference-row').filter({ hasText: 'ext4_sync_file' }).first()
    await expect(row).toHaveAttribute('data-clear', 'true')
    await expect(row).toContainText(/0 % \(0 samples\)/)
    await expect(page.locator('[data-testid=difference-row][data-clear=false]').first()).toBeVisible()
    await expectAccessible(page)
    await takeScreenshots(page, 'odd-host', () => expect(page.getByTestId('difference-row').first()).toBeVisible())
    await page.getByRole('button', { name: 'Stop comparing it with the rest' }).click()
    await expect(page).not.toHaveURL(/against/)
    await expect(page.getByTestId('sample-count')).toContainText(/^1,500 samples/)
  })
})
