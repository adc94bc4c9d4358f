import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { ADMIN, expect, expectAccessible, test } from './fixtures.ts'
import { theStack } from './stack.ts'

const main = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'apps/cli/dist/sonde.js')
/** Goes with the stack. */
function folder(): string {
  const own = path.join(theStack().dataDir, 'cli')
  mkdirSync(own, { recursive: true })
  return own
}
const configFile = () => path.join(folder(), 'sonde', 'config.json')

type Running = { child: ChildProcess; said: () => string; ended: Promise<{ code: number | null; out: string; err: string }> }

/** The real program, with a configuration of its own. */
function begin(words: string[], env: Record<string, string> = {}): Running {
  const { SONDE_URL: _, SONDE_TOKEN: __, ...clean } = process.env
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...clean, XDG_CONFIG_HOME: folder(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (piece) => {
    out += piece
  })
  child.stderr.on('data', (piece) => {
    err += piece
  })
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })
  return { child, said: () => err, ended }
}
const sonde = (...words: string[]) => begin(words).ended
async function mustRun(...words: string[]): Promise<string> {
  const { code, out, err } = await sonde(...words)
  expect(code, `sonde ${words.join(' ')}: ${err}`).toBe(0)
  return out
}

async function shownCode(login: Running): Promise<string> {
  await expect.poll(login.said).toMatch(/shows the code [A-Z]{4}-[A-Z]{4}/)
  return /shows the code ([A-Z]{4}-[A-Z]{4})/.exec(login.said())?.[1] ?? ''
}

const asking = (page: Page) => page.getByTestId('device-asking')

const captured = async () => (await mustRun('run', 'cpu-and-syscalls', 'service=checkout', '--for', '4s', '--wait')).trim()

test('nobody is signed in, and nothing is there: the exit code says which', async () => {
  expect((await sonde('hosts')).code).toBe(4)
  expect((await sonde('hosts', '--url', theStack().url)).code).toBe(4)
  expect((await sonde('hosts', '--url', 'http://127.0.0.1:9')).code).toBe(5)
  expect((await sonde('hosts', '--url', 'ftp://x')).code).toBe(2)
  expect((await sonde('frobnicate')).code).toBe(2)
  expect((await begin(['hosts'], { SONDE_URL: theStack().url, SONDE_TOKEN: `spt_${'A'.repeat(43)}` }).ended).code).toBe(4)
})

test('a person refuses a program whose code they typed', async ({ page }) => {
  const login = begin(['login', theStack().url])
  const code = await shownCode(login)
  await page.goto('/device')
  const typed = page.getByRole('textbox', { name: 'Code' })
  // The page fetches nothing before it is asked: until it hears, what is typed is lost.
  await expect(async () => {
    await typed.fill('hello')
    await page.getByRole('button', { name: 'Look it up' }).click()
    await expect(page.getByText('A code is eight letters')).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await typed.fill(code.toLowerCase().replace('-', ' '))
  await page.getByRole('button', { name: 'Look it up' }).click()
  await asking(page).getByRole('button', { name: 'Refuse' }).click()
  await expect(page.getByRole('heading', { name: 'The program is refused' })).toBeVisible()
  const { code: exit, err } = await login.ended
  expect([exit, err.includes('a person said no')]).toEqual([4, true])
})

test('a person lets a program in, which is then signed in as them', async ({ page }, testInfo) => {
  const login = begin(['login', theStack().url])
  const code = await shownCode(login)
  await page.goto(`/device?code=${code}`)
  await expect(asking(page)).toContainText(code)
  await expect(asking(page)).toContainText('sonde on ')
  await expect(asking(page)).toContainText(ADMIN.name)
  await expectAccessible(page)
  await page.screenshot({ path: testInfo.outputPath('device.png') })
  await asking(page).getByRole('button', { name: 'Let it in' }).click()
  await expect(page.getByRole('heading', { name: 'The program is let in' })).toBeVisible()
  expect((await login.ended).code).toBe(0)
  expect(statSync(configFile()).mode & 0o777).toBe(0o600)
  expect(await mustRun('whoami')).toContain(`${ADMIN.name} (admin)`)
})

test('hosts, a capture from start to end, and its results as files', async ({ browser }) => {
  expect(await mustRun('hosts', 'service=checkout')).toMatch(/^e2e-host +online/m)
  const started = await sonde('run', 'cpu-and-syscalls', 'service=checkout', '--for', '4s', '--wait', '--reason', 'a test of the CLI')
  expect(started.code, started.err).toBe(0)
  const first = started.out.trim()
  const [, samples] = /^(\d+) samples, (\d+) system calls/m.exec(await mustRun('get', first)) ?? []
  expect(Number(samples)).toBeGreaterThan(0)

  const file = path.join(folder(), 'stacks.txt')
  await mustRun('get', first, '--format', 'folded', '-o', file)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  expect(lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1]), 0)).toBe(Number(samples))
  expect(await mustRun('get', first, '--result', 'syscalls', '--format', 'csv')).toMatch(
    /^host,pid,process,syscall,calls,errors,total_ns,max_ns\r\n(e2e-host,.*\r\n)+$/,
  )
  expect(JSON.parse(await mustRun('get', first, '--json')).reason).toMatchObject({ kind: 'cli', text: 'a test of the CLI' })
  expect((await sonde('run', 'cpu-profile', 'service=nothing')).code).toBe(1)

  const shared = await sonde('share', first, '--for', '1h', '--json')
  const { id, url } = JSON.parse(shared.out)
  const stranger = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const page = await stranger.newPage()
  await page.goto(url)
  await expect(page.getByText('CPU + syscalls').first()).toBeVisible()
  expect(await mustRun('shares', first)).toContain(id)
  await mustRun('unshare', id)
  expect(await mustRun('shares', first)).not.toContain(id)
  await stranger.close()
})

test('a file is imported and listed, and deleted', async () => {
  const file = path.join(folder(), 'made-by-hand.folded')
  writeFileSync(file, 'main;work 3\nmain;idle 1\n')
  const id = (await mustRun('import', file)).trim()
  expect(await mustRun('ls', 'made-by-hand')).toMatch(new RegExp(`^${id} +done`, 'm'))
  expect(await mustRun('get', id, '--format', 'folded')).toMatch(/main;work 3/)
  await mustRun('rm', id)
  expect((await sonde('get', id)).code).toBe(1)
})

test('two captures are compared, and a threshold ends a pipeline', async () => {
  const [first, second] = [await captured(), await captured()]
  const told = await sonde('diff', first, second)
  expect([told.code, told.out.trim().length > 0]).toEqual([0, true])
  const href = /^http\S+\/compare\S+$/m.exec(told.err)?.[0]
  expect(href).toContain(`/compare?a=${first}&b=${second}`)
  const held = await sonde('diff', first, second, '--fail-on', '* p99 > 1000000s')
  expect([held.code, held.err.includes('held: * p99')]).toEqual([0, true])
  const crossed = await sonde('diff', first, second, '--fail-on', '* rate > 0.001/s')
  expect([crossed.code, crossed.err.includes('CROSSED: * rate')]).toEqual([3, true])
  expect((await sonde('diff', first, second, '--fail-on', 'write p99 is slow')).code).toBe(2)
  expect((await sonde('diff', first, 'nothing-like-it')).code).toBe(1)
})

test('a deploy is marked when it begins and when it is over', async () => {
  const id = (await mustRun('deploy', 'checkout', '1.42.0', '--state', 'started', '--key', 'build-1')).trim()
  expect((await mustRun('deploy', 'checkout', '1.42.0', '--sha', '9fceb02d', '--key', 'build-1')).trim()).toBe(id)
  expect(JSON.parse(await mustRun('deploy', 'checkout', '1.42.0', '--key', 'build-1', '--json'))).toMatchObject({
    id,
    state: 'finished',
    source: 'api',
  })
  expect((await sonde('deploy', 'checkout', '1.43.0', '--key', 'build-1')).code).toBe(1)
})

test('a token made on the page works in a pipeline until it is revoked', async ({ page }, testInfo) => {
  await page.goto('/hosts')
  await expect(page.getByRole('link', { name: 'e2e-host', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Your account and theme' }).click()
  await page.getByRole('menuitem', { name: 'Your tokens' }).click()
  await expect(page.getByRole('heading', { name: 'Your tokens' })).toBeVisible()
  const form = page.getByRole('form', { name: 'New token' })
  await form.getByLabel('What it is for').fill('pipeline')
  await form.getByRole('button', { name: 'Create the token' }).click()
  const token = (await page.getByTestId('new-token').textContent()) ?? ''
  const mine = page.getByRole('table', { name: 'Your tokens' }).getByTestId('token-row').filter({ hasText: 'pipeline' })
  await expect(mine).toContainText('hosts:read captures:read')
  await expectAccessible(page)
  await page.screenshot({ path: testInfo.outputPath('tokens.png'), fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: testInfo.outputPath('tokens-narrow.png'), fullPage: true })
  await page.setViewportSize({ width: 1440, height: 900 })

  const env = { SONDE_URL: theStack().url, SONDE_TOKEN: token, XDG_CONFIG_HOME: path.join(folder(), 'nothing-here') }
  expect((await begin(['ls'], env).ended).code).toBe(0)
  const forbidden = await begin(['run', 'cpu-profile', '--all'], env).ended
  expect([forbidden.code, forbidden.err.includes('captures:write')]).toEqual([1, true])
  await mine.getByRole('button', { name: 'Revoke pipeline' }).click()
  await expect(mine).toContainText('revoked')
  expect((await begin(['ls'], env).ended).code).toBe(4)
})

test('the API is described in OpenAPI, for everyone', async ({ request }) => {
  const response = await request.get('/api/v1/openapi.json')
  expect([response.status(), (await response.json()).openapi]).toEqual([200, '3.1.0'])
  expect((await request.get('/api/v1/captures')).status()).toBe(401)
})

test('bash takes the completion, and signing out ends it', async () => {
  const script = `source <("${process.execPath}" "${main}" completion bash) && complete -p sonde`
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toContain('-F _sonde sonde')
  await mustRun('logout')
  expect((await sonde('hosts')).code).toBe(4)
  expect(readFileSync(configFile(), 'utf8')).not.toContain('spt_')
})
