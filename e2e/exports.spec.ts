import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from '@playwright/test'
import { toFolded } from '@sonde/profile'
import { importProfile } from '@sonde/profile/formats'
import { expectCapture, startCapture } from './capture-page.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { theStack } from './stack.ts'

const TITLE = '<b>CPU</b> & "co" \u202egnp'
const FORMATS = [
  { item: 'Folded stacks', format: 'folded', extension: 'folded.txt' },
  { item: 'pprof', format: 'pprof', extension: 'pb.gz' },
  { item: 'speedscope', format: 'speedscope', extension: 'speedscope.json' },
  { item: 'perf script', format: 'perf-script', extension: 'perf.txt' },
  { item: 'Sonde profile', format: 'sonde', extension: 'sonde.gz' },
] as const

/** Samples as the page counts them. */
async function samplesOn(page: Page): Promise<number> {
  const text = (await page.getByTestId('sample-count').textContent()) ?? ''
  return Number(/^([\d,]+) samples?/.exec(text)?.[1]?.replaceAll(',', ''))
}

/** Saves a file of the CPU flame graph, and gives its bytes. */
async function download(page: Page, item: string, extension: string, into: string): Promise<{ bytes: Uint8Array; file: string }> {
  await page.getByTestId('download-profile').click()
  const saved = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click()
  const file = await saved
  expect(file.suggestedFilename()).toMatch(new RegExp(`^b-cpu-b-co-gnp-\\d{8}T\\d{4}Z\\.${extension.replaceAll('.', '\\.')}$`))
  const to = path.join(into, file.suggestedFilename())
  await file.saveAs(to)
  return { bytes: new Uint8Array(await readFile(to)), file: to }
}

test('what is on screen can be taken away, and every file says the same', async ({ page, context }, testInfo) => {
  await startCapture(page, { seconds: 6, pid: theStack().demo.checkout, title: TITLE })
  await expectCapture(page, 'done')
  const whole = await samplesOn(page)
  expect(whole).toBeGreaterThan(50)

  const stacks = new Map<string, string[]>()
  for (const { item, format, extension } of FORMATS) {
    await test.step(`${item}, read again`, async () => {
      const { bytes } = await download(page, item, extension, testInfo.outputDir)
      const imported = await importProfile(bytes, { fileName: extension })
      expect(imported.format).toBe(format)
      expect(imported.profile.samples.weight.reduce((sum, weight) => sum + weight, 0)).toBe(whole)
      stacks.set(format, toFolded(imported.profile, { root: format === 'folded' ? 'none' : 'comm' }))
    })
  }
  for (const [format, lines] of stacks) expect(lines, format).toEqual(stacks.get('sonde'))

  await test.step('the picture as SVG stands alone, and runs nothing', async () => {
    const { bytes, file } = await download(page, 'SVG', 'svg', testInfo.outputDir)
    const text = new TextDecoder().decode(bytes)
    expect(text).toContain('CPU: &lt;b&gt;CPU&lt;/b&gt; &amp; &quot;co&quot;')
    expect(text).not.toMatch(/<script|href|\u202e/)
    expect(text).toContain(`${whole.toLocaleString('en-US')} samples`)
    const viewer = await context.newPage()
    await viewer.goto(pathToFileURL(file).href)
    await expect(viewer.getByText('publishWithRetry').first()).toBeAttached()
    await viewer.screenshot({ path: testInfo.outputPath('svg.png') })
    await viewer.close()
  })

  await test.step('and as PNG', async () => {
    const { bytes } = await download(page, 'PNG', 'png', testInfo.outputDir)
    expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(16)).toBe(3200)
  })

  await test.step('tables as CSV: all rows, and the same sums', async () => {
    const csv = async (part: string) => {
      const saved = page.waitForEvent('download')
      await page.getByTestId(`csv-${part}`).click()
      const to = testInfo.outputPath(`${part}.csv`)
      await (await saved).saveAs(to)
      return (await readFile(to, 'utf8')).trimEnd().split('\r\n')
    }
    const shown = /^([\d.,]+)([kM]?) calls/.exec((await page.getByTestId('syscall-count').textContent()) ?? '')
    const calls = Number(shown?.[1]?.replaceAll(',', '')) * ({ k: 1e3, M: 1e6 }[shown?.[2] ?? ''] ?? 1)
    const syscalls = await csv('syscalls')
    expect(syscalls[0]).toMatch(/^process,pid,host,syscall,calls,/)
    // On screen it is rounded to three digits.
    expect(syscalls.slice(1).reduce((sum, row) => sum + Number(row.split(',')[4]), 0) / calls).toBeCloseTo(1, 2)

    const url = new URL(page.url())
    url.searchParams.set('panes', 'functions')
    await page.goto(url.href)
    const count = Number(
      /^([\d,]+) functions/.exec((await page.getByTestId('functions-count').textContent()) ?? '')?.[1]?.replaceAll(',', ''),
    )
    expect((await csv('functions')).length - 1).toBe(count)
    await page.goBack()
  })

  await test.step('a selection of time narrows the files as it narrows the page', async () => {
    const url = new URL(page.url())
    url.searchParams.set('window', '1000-3000')
    await page.goto(url.href)
    await expect.poll(() => samplesOn(page)).toBeLessThan(whole)
    const narrowed = await samplesOn(page)
    await page.getByTestId('download-profile').click()
    await expect(page.getByTestId('download-selection')).toContainText(/1\ss to 3\ss/)
    await page.keyboard.press('Escape')
    await expectAccessible(page)
    const { bytes } = await download(page, 'Sonde profile', 'sonde.gz', testInfo.outputDir)
    const { profile } = await importProfile(bytes)
    expect(profile.samples.weight.reduce((sum, weight) => sum + weight, 0)).toBe(narrowed)
    for (const timeUs of profile.samples.timeUs) expect(timeUs >= 1e6 && timeUs < 3e6).toBe(true)
  })
})
