import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { encodeProfile, type Profile, syntheticProfile } from '@sonde/profile'
import { exportProfile } from '@sonde/profile/formats'
import { expect, expectAccessible, test } from './fixtures.ts'
import { theStack } from './stack.ts'

const FOLDED = ['main;serve;parse 120', 'main;serve;render 340', 'main;idle 41', ''].join('\n')
const FOLDED_TOTAL = 501

/** Samples of one process every 20 ms, as `perf script` prints them. */
const perfScript = (samples: number): string =>
  Array.from({ length: samples }, (_, i) => {
    const at = (100 + i * 0.02).toFixed(6)
    return `worker 4242 [000] ${at}: 10101010 cpu-clock:\n\t1000 ${i % 3 === 0 ? 'hot_loop' : 'cold_path'}+0x10 (/usr/bin/worker)\n\t2000 main+0x4 (/usr/bin/worker)\n\n`
  }).join('')

type TestFile = { name: string; mimeType: string; buffer: Buffer }
const fileOf = (name: string, content: string | Uint8Array): TestFile => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content as string),
})

const items = (page: Page) => page.getByTestId('import-item')

/** Through the page's own file input, as after a choice in the browser's dialog. */
const choose = (page: Page, ...files: TestFile[]) => page.getByTestId('import-input').setInputFiles(files)

/** Drags a file over the page and lets it go. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer()
      data.items.add(new File([content ?? ''], fileName ?? ''))
      return data
    },
    [name, text],
  )
  await page.dispatchEvent('main', 'dragover', { dataTransfer })
  await expect(page.getByTestId('drop-overlay')).toBeVisible()
  await expect(page.getByText('Drop a profile to import it')).toBeVisible()
  await page.dispatchEvent('main', 'drop', { dataTransfer })
  await expect(page.getByTestId('drop-overlay')).toHaveCount(0)
}

const atCapture = (page: Page) => page.waitForURL(/\/captures\/(?!new)[^/]+$/)

test('a file that is dropped on the page is a capture like any other', async ({ page }) => {
  await page.goto('/captures')
  await expect(page.getByRole('heading', { name: 'Captures' })).toBeVisible()
  await drop(page, 'dropped.folded', FOLDED)
  await atCapture(page)
  await expect(page.getByRole('heading', { name: 'dropped.folded' })).toBeVisible()
  await expect(page.getByTestId('capture-state')).toHaveAttribute('data-state', 'done')
  await expect(page.getByTestId('import-summary')).toContainText('folded stacks')
  await expect(page.getByTestId('sample-count').first()).toContainText(String(FOLDED_TOTAL))
  await expect(page.getByRole('button', { name: 'Run again' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Commands' })).toHaveCount(0)
  await expectAccessible(page)
  const address = page.url()

  await page.goto('/captures?q=dropped.folded')
  const row = page.getByTestId('capture-row')
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('Imported folded stacks')
  await expect(row).toContainText(String(FOLDED_TOTAL))
  await expect(row).toContainText('Ada Admin')
  await row.getByRole('button', { name: 'More for dropped.folded' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await expect(row).toHaveCount(0)
  await page.goto(address)
  await expect(page.getByText('There is no such capture')).toBeVisible()
})

test('perf script keeps its times: a stretch of it can be selected, by process too', async ({ page }) => {
  await page.goto('/captures')
  await choose(page, fileOf('worker.perf.txt', perfScript(100)))
  await atCapture(page)
  await expect(page.getByTestId('import-summary')).toContainText('perf script')
  await expect(page.getByTestId('target')).toContainText('100 samples')
  await expect(page.getByTestId('sample-count').first()).toContainText('100 samples')
  // The first second of two: samples at 0, 20, … 980 ms.
  await page.goto(`${page.url().split('?')[0]}?v=1&window=0-1000`)
  await expect(page.getByTestId('selected-window')).toBeVisible()
  await expect(page.getByTestId('sample-count').first()).toContainText('50 samples')
})

test('pprof and speedscope have the samples of what they were made of', async ({ page }) => {
  const profile = syntheticProfile({ samples: 400, seed: 11 })
  for (const [format, words] of [
    ['pprof', 'pprof'],
    ['speedscope', 'speedscope'],
  ] as const) {
    await page.goto('/captures')
    await choose(page, fileOf(`made.${format}`, await exportProfile(profile, format)))
    await atCapture(page)
    await expect(page.getByTestId('import-summary')).toContainText(words)
    await expect(page.getByTestId('target')).toContainText('400 samples')
  }
})

test('what perf recorded into a file of its own is read as it is', async ({ page }) => {
  test.skip(spawnSync('perf', ['--version']).status !== 0, 'there is no perf on this machine')
  const folder = mkdtempSync(path.join(tmpdir(), 'sonde-import-'))
  try {
    const file = path.join(folder, 'perf.data')
    const spin = ['-e', 'const end = Date.now() + 1500; while (Date.now() < end);']
    const recorded = spawnSync('perf', ['record', '-q', '-e', 'cpu-clock', '-F', '99', '-g', '-o', file, '--', process.execPath, ...spin])
    expect(recorded.status, recorded.stderr.toString()).toBe(0)
    await page.goto('/captures')
    await choose(page, fileOf('perf.data', readFileSync(file)))
    await atCapture(page)
    await expect(page.getByTestId('import-summary')).toContainText('perf.data')
    const samples = spawnSync('perf', ['script', '-i', file, '-F', 'time'], { encoding: 'utf8' }).stdout.match(/^\s*\d+\.\d+:/gm)?.length
    expect(samples).toBeGreaterThan(50)
    await expect(page.getByTestId('sample-count').first()).toContainText(`${samples} samples`)
    await expect(page.getByTestId('flame-pane')).toContainText('node')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('several files at once are several captures; what is wrong with one is said', async ({ page }) => {
  await page.goto('/hosts')
  const profile: Profile = syntheticProfile({ samples: 500, hosts: 2, seed: 3 })
  await choose(
    page,
    fileOf('packed.folded.gz', gzipSync(FOLDED)),
    fileOf('fleet.sonde', encodeProfile(profile)),
    fileOf('holiday.png', Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex')),
    fileOf('empty.txt', ''),
    fileOf('<img src=x onerror="document.title=\'pwned\'">\u202egnp.txt', FOLDED),
  )
  await expect(items(page)).toHaveCount(5)
  await expect(items(page).nth(0)).toHaveAttribute('data-phase', 'done')
  await expect(items(page).nth(1)).toHaveAttribute('data-phase', 'done')
  await expect(items(page).nth(2)).toHaveAttribute('data-phase', 'failed')
  await expect(items(page).nth(2)).toContainText('holiday.png')
  await expect(items(page).nth(3)).toContainText('It is empty.')
  await expect(items(page).nth(4)).toHaveAttribute('data-phase', 'done')
  await expect(page.getByTestId('import-panel')).toContainText('A file may be folded stacks, perf script')
  expect(await page.title()).not.toContain('pwned')
  await expectAccessible(page)
  await expect(page).toHaveURL(/\/hosts$/)

  await items(page).nth(1).getByRole('link').click()
  await atCapture(page)
  // Two hosts of the file, neither with a page.
  await expect(page.getByRole('button', { name: '2 hosts' })).toBeVisible()
  await expect(page.getByTestId('sample-count').first()).toContainText('500 samples')
  await items(page).nth(4).getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=x onerror=')
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText('\u202e')
  await page.getByRole('button', { name: 'Close the imports' }).click()
  await expect(page.getByTestId('import-panel')).toHaveCount(0)
  await page.goto('/hosts')
  await expect(page.getByRole('status').filter({ hasText: '1 host, 1 online' })).toBeVisible()
})

test('by keyboard: the palette opens the choice of files', async ({ page }) => {
  await page.goto('/hosts')
  // What the page asked for itself is there: from then on it hears keys.
  await expect(page.getByRole('status').filter({ hasText: 'online' })).toBeVisible()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByPlaceholder(/recipe/).fill('import a file')
  // Captures that arrive while somebody types may stand above it.
  const wanted = page.getByRole('option', { name: 'Import a file…' })
  await expect(wanted).toBeVisible()
  for (let presses = 0; presses < 20 && (await wanted.getAttribute('aria-selected')) !== 'true'; presses++)
    await page.keyboard.press('ArrowDown')
  await expect(wanted).toHaveAttribute('aria-selected', 'true')
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('Enter')
  await (await chooser).setFiles([fileOf('by keyboard.folded', FOLDED)])
  await atCapture(page)
  await expect(page.getByRole('heading', { name: 'by keyboard.folded' })).toBeVisible()
})

test('an upload can be cancelled, and leaves nothing', async ({ page }) => {
  await page.goto('/captures')
  await page.context().route('**/api/captures/import**', async () => {}) // never answered: the upload stays under way
  await choose(page, fileOf('cancelled.folded', FOLDED))
  await items(page).getByRole('button', { name: 'Cancel' }).click()
  await expect(items(page)).toHaveAttribute('data-phase', 'cancelled')
  await page.context().unroute('**/api/captures/import**')
  await page.goto('/captures?q=cancelled.folded')
  await expect(page.getByText('No capture matches')).toBeVisible()
})

test('where it is narrow the panel stands over the whole width', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto('/captures')
  await choose(page, fileOf('a.txt', 'no profile\n'), fileOf('b.txt', 'no profile\n'))
  await expect(items(page).nth(1)).toHaveAttribute('data-phase', 'failed')
  const box = await page.getByTestId('import-panel').boundingBox()
  expect(box?.width).toBeGreaterThan(340)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await expectAccessible(page)
})

test('the server takes no file from other pages, strangers, viewers, or of any size', async ({ page, browser, request }) => {
  const url = new URL('/api/captures/import?name=x.txt', theStack().url).href
  const post = (data: string | Buffer, headers: Record<string, string> = {}) =>
    page.request.post(url, { data, headers: { origin: theStack().url, 'content-type': 'application/octet-stream', ...headers } })

  const broken = await post('this is no profile\n')
  expect(broken.status()).toBe(422)
  expect((await broken.json()).error.message).toMatch(/^x\.txt is none of the formats/)
  expect((await post(FOLDED, { origin: 'https://evil.example' })).status()).toBe(403)
  expect((await post(FOLDED, { 'sec-fetch-site': 'cross-site' })).status()).toBe(403)
  const tooLarge = await post(Buffer.alloc(256 * 1024 * 1024 + 1, 'main 1\n'))
  expect(tooLarge.status()).toBe(413)
  expect((await tooLarge.json()).error.message).toContain('256 MiB')
  expect((await request.fetch('/api/health')).status()).toBe(200)

  const stranger = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  expect((await stranger.request.post(url, { data: FOLDED, headers: { origin: theStack().url } })).status()).toBe(401)

  const invite = await page.request.post('/api/trpc/people.invite', {
    data: { json: { role: 'viewer' } },
    headers: { origin: theStack().url },
  })
  const theirs = await stranger.newPage()
  await theirs.goto((await invite.json()).result.data.json.url)
  await theirs.getByLabel('Name').fill('Victor Viewer')
  await theirs.getByLabel('E-mail').fill('victor@sonde.test')
  await theirs.getByLabel('Password').fill('a long enough password')
  await theirs.getByRole('button', { name: 'Create the account' }).click()
  await theirs.waitForURL('**/hosts')
  expect((await theirs.request.post(url, { data: FOLDED, headers: { origin: theStack().url } })).status()).toBe(403)
  await theirs.goto(new URL('/captures', theStack().url).href)
  await expect(theirs.getByRole('heading', { name: 'Captures' })).toBeVisible()
  await expect(theirs.getByRole('button', { name: 'Import a file' })).toHaveCount(0)
  const dataTransfer = await theirs.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['main 1\n'], 'theirs.folded'))
    return data
  })
  await theirs.dispatchEvent('main', 'drop', { dataTransfer })
  await expect(theirs.getByText('You may read captures, not import them')).toBeVisible()
  await stranger.close()
})
