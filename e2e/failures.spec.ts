import { spawn } from 'node:child_process'
import { expectCapture, expectTarget, startCapture, target } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { pidOf, theStack } from './stack.ts'
import { isAlive, tracersOf } from './tracers.ts'

test('cancel ends the tracers within 2 s', async ({ page }) => {
  await startCapture(page, { seconds: 60, pid: theStack().demo.checkout, title: 'To be cancelled' })
  await expectTarget(page, 'running')
  const agent = pidOf('agent')
  await expect.poll(() => tracersOf(agent).length, { message: 'tracers of the running capture' }).toBeGreaterThan(0)
  await page.getByTestId('cancel-capture').click()
  await expect.poll(() => tracersOf(agent), { timeout: 2_000, intervals: [50] }).toEqual([])
  await expectTarget(page, 'cancelled')
  await expectCapture(page, 'cancelled')
  await expectAccessible(page)
})

test('a filter that matches no process is refused, with the reason', async ({ page }) => {
  await startCapture(page, { seconds: 5, processName: 'no-such-proc' })
  await expectTarget(page, 'refused')
  await expect(target(page)).toContainText('No process on this host matches the filter.')
  await expect(target(page)).toContainText('Pick a process from the live list')
  await expectAccessible(page)
})

test('an idle process gives an empty result that says so, and ends', async ({ page }) => {
  const idle = spawn('sleep', ['120'], { stdio: 'ignore' })
  try {
    await startCapture(page, { seconds: 3, pid: idle.pid ?? 0, title: 'Idle' })
    await expectTarget(page, 'done')
    await expect(page.getByText(/no samples/i).first()).toBeVisible()
  } finally {
    idle.kill()
  }
})

test('an agent killed mid-capture says that it was restarted', async ({ page }) => {
  await startCapture(page, { seconds: 60, pid: theStack().demo.checkout, title: 'Agent killed' })
  await expectTarget(page, 'running')
  const agent = pidOf('agent')
  const tracers = tracersOf(agent).map((line) => Number(line.split(' ')[0]))
  process.kill(agent, 'SIGKILL')
  await expect.poll(() => tracers.filter(isAlive), { message: 'tracers die with their agent' }).toEqual([])
  await expectTarget(page, 'failed', 60_000)
  await expect(target(page)).toContainText('The agent was restarted while the capture ran.')
  await expect.poll(() => pidOf('agent')).not.toBe(agent)
})

test('a capture survives the death of the gateway', async ({ page }) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout, title: 'Gateway killed' })
  await expectTarget(page, 'running')
  const gateway = pidOf('gateway')
  process.kill(gateway, 'SIGKILL')
  await expectTarget(page, 'done', 60_000)
  expect(pidOf('gateway')).not.toBe(gateway)
})

test('a capture survives the death of the web server, and its page comes back by itself', async ({ page }) => {
  await startCapture(page, { seconds: 8, pid: theStack().demo.checkout, title: 'Web killed' })
  await expectTarget(page, 'running')
  const web = pidOf('web')
  process.kill(web, 'SIGKILL')
  await expectTarget(page, 'done', 60_000)
  expect(pidOf('web')).not.toBe(web)
})

test('a capture that does not exist, and a page that does not', async ({ page }) => {
  await page.goto('/captures/c0ffee00c0ffee00')
  await expect(page.getByText(/no such capture|not found|does not exist/i).first()).toBeVisible()
  const response = await page.goto('/nowhere')
  expect(response?.status()).toBe(404)
})
